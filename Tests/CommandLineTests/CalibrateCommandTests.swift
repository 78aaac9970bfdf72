import Results
import Subprocess
import Testing

/// Serialized: every run wants the CPUs for itself.
@Suite(.serialized)
struct CalibrateCommandTests {
  @Test func `A calibration leaves noise floors beside the runs, and compare uses them`() async throws {
    let workspace = try Workspace()
    let suite = try workspace.suite()
    let out = workspace.path + "/results"
    let result = try await Pagebench.run("calibrate", suite, "--comparisons", "2", "--per-side", "4", "--out", out)
    #expect(result.status == .exited(0), "\(result.errors)")
    #expect(result.errors.contains("2 cells, 16 processes each"))
    #expect(result.output.contains("4 comparisons: p below 5 % in"), "\(result.output)")
    try Golden.expect(Golden.withoutMeasurements(result.output), "calibrate")
    let path = try #require(workspace.files(named: CalibrationRecord.fileName).first)
    let record = try CalibrationRecord.read(path: path)
    #expect(record.cases.count == 2 && record.cases.allSatisfy { $0.comparisons == 2 && $0.perSide == 4 })
    let samples = try #require(workspace.files(named: "samples.csv").first)
    #expect(samples.hasPrefix(path.replacing("/" + CalibrationRecord.fileName, with: "")), "floors belong to one host")
    #expect(try SampleFile.read(path: samples).samples.map(\.invocation).max() == 15)

    // A floor that nothing reaches: whatever these two strategies differ by is then within it.
    let wide = CalibrationRecord(
      cases: record.cases.map {
        CalibrationRecord.Case(
          runID: $0.runID, caseID: $0.caseID, identity: $0.identity, benchVersion: $0.benchVersion, metric: $0.metric,
          comparisons: $0.comparisons, perSide: $0.perSide, alpha: $0.alpha, falseFlags: $0.falseFlags,
          noiseFloor: 1000)
      })
    let place = path.replacing(workspace.path + "/", with: "")
    _ = try workspace.write(place, String(decoding: wide.csvBytes(), as: UTF8.self))
    let compared = try await Pagebench.run("compare", samples, "--col", "strategy")
    #expect(compared.status == .exited(0), "\(compared.errors)")
    #expect(
      compared.output.contains("1 row: 1 equivalent") && compared.output.contains("to 100000 %"), "\(compared.output)")
    let without = try await Pagebench.run("compare", samples, "--col", "strategy", "--no-calibration")
    #expect(without.status == .exited(0) && !without.output.contains("noise floor"))

    _ = try workspace.write(place, "schema,run_id\n")
    let damaged = try await Pagebench.run("compare", samples, "--col", "strategy")
    #expect(damaged.status == .exited(1) && damaged.errors.contains("calibration.csv:1: the header lacks"))
  }

  @Test(arguments: [["--comparisons", "1"], ["--per-side", "3"], ["--out", ""]])
  func `Settings that could not show anything are refused`(options: [String]) async throws {
    let workspace = try Workspace()
    let result = try await Pagebench.run(["calibrate", try workspace.suite()] + options)
    #expect(result.status == .exited(2) && result.errors.contains(options[0]), "\(result.errors)")
  }
}
