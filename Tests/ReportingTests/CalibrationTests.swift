import Results
import Testing

@testable import Reporting

struct CalibrationTests {
  /// Rows of one case, one per block, with a value that depends on the block.
  private func rows(_ cell: Cell, blocks: Range<Int>, _ value: (Int) -> Double) -> [Sample] {
    blocks.map { block in
      Sample(
        runID: "run", cell: cell, benchVersion: 1, block: block, order: block, invocation: block, window: 0,
        startedUTC: nil, windowNanoseconds: 1000, operations: 100, metric: MetricName.timePerOperation,
        value: value(block), unit: "ns/op", better: .lower, source: .clock)
    }
  }

  @Test func `Sides take turns as two builds would, A B B A, and comparisons follow each other`() {
    let design = CalibrationDesign(perSide: 2, comparisons: 2)
    let sides = (0..<9).map { design.place(ofBlock: $0).map { "\($0.comparison)\($0.side)" } }
    #expect(sides == ["0a", "0b", "0b", "0a", "1a", "1b", "1b", "1a", nil])
    // An odd number per side ends in the middle of a quad, with as many on each side.
    let odd = CalibrationDesign(perSide: 3, comparisons: 1)
    #expect((0..<6).compactMap { odd.place(ofBlock: $0)?.side } == ["a", "b", "b", "a", "a", "b"])
  }

  @Test func `A drift that grows with time is no change`() throws {
    let design = CalibrationDesign(perSide: 6, comparisons: 3)
    let samples = rows(cell(), blocks: 0..<36) { 100 + Double($0) }
    let calibration = try Calibration(samples, design: design)
    #expect(calibration.comparedCount == 3 && calibration.falseFlags == 0)
    // Sides of a comparison differ by less than the drift within it.
    #expect(try #require(calibration.rows[0].noiseFloor) < 0.02)
  }

  @Test func `The floor is what the comparisons showed, and every significant one is counted as a false flag`() throws {
    let design = CalibrationDesign(perSide: 6, comparisons: 2)
    // In the second comparison side b is exactly a tenth slower, the first has no difference at all.
    let samples = rows(cell(), blocks: 0..<24) { block in
      let value = 100 + Double(block % 12 / 2)
      return design.place(ofBlock: block)?.comparison == 1 && design.place(ofBlock: block)?.side == "b"
        ? value * 1.2 : value
    }
    let calibration = try Calibration(samples, design: design)
    #expect(calibration.comparedCount == 2 && calibration.falseFlags == 1)
    #expect(calibration.adjustedFlags == 1 && calibration.wrongVerdicts == 1)
    let row = try #require(calibration.rows.first)
    #expect(row.changes.count == 2 && row.changes[0] < 0.02)
    #expect(abs(row.changes[1] - 0.2) < 0.03)
    // The 95 % quantile of two values lies at 0.95 between them.
    let expected = row.changes[0] + 0.95 * (row.changes[1] - row.changes[0])
    #expect(abs(try #require(row.noiseFloor) - expected) < 1e-12)
    #expect(
      calibration.text().contains(
        "2 comparisons: p below 5 % in 1 (50 %), after Holm's adjustment in 1; 1 wrong verdict\n"))
  }

  @Test func `Samples without the metric are an error that says so`() {
    #expect(throws: ComparisonError.self) {
      try Calibration(
        rows(cell(), blocks: 0..<24) { _ in 1 }, design: CalibrationDesign(perSide: 6, comparisons: 2),
        options: ComparisonOptions(metric: "fairness"))
    }
  }

  @Test func `A change below the machine's noise floor is not believed, one above it is`() throws {
    let base = rows(cell(), blocks: 0..<12) { 100 + Double($0) * 0.1 }
    let head = rows(cell(), blocks: 0..<12) { 110 + Double($0) * 0.1 }
    func verdict(floor: Double?, version: Int = 1, metric: String = MetricName.timePerOperation) throws -> ComparisonRow
    {
      let record = floor.map { floor in
        CalibrationRecord(cases: [
          .init(
            runID: "other", caseID: CaseID(of: cell()), identity: cell().identityColumns, benchVersion: version,
            metric: metric, comparisons: 10, perSide: 6, alpha: 0.05, falseFlags: 0, noiseFloor: floor)
        ])
      }
      return try #require(
        try Comparison(
          base: base, head: head, baseName: "a", headName: "b", options: ComparisonOptions(calibration: record)
        ).rows.first)
    }
    #expect(try verdict(floor: nil).verdict == .regressed)
    #expect(try verdict(floor: 0.05).verdict == .regressed)
    #expect(try verdict(floor: 0.05).minimumEffect == 0.05)
    #expect(try verdict(floor: 0.12).verdict == .equivalent, "the whole interval lies within the floor")
    #expect(try verdict(floor: 0.001).minimumEffect == 0.02, "a quiet machine does not sharpen the limit")
    #expect(try verdict(floor: 0.12, version: 2).verdict == .regressed, "another version was another benchmark")
    #expect(try verdict(floor: 0.12, metric: "throughput").verdict == .regressed)
    // Rounded up to what people are told.
    #expect(try verdict(floor: 0.05001).minimumEffect == 0.051)
  }
}
