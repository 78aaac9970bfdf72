import Testing

@testable import Results

struct CalibrationRecordTests {
  private func entry(_ id: UInt64, metric: String = "time_per_op", floor: Double = 0.0125) -> CalibrationRecord.Case {
    CalibrationRecord.Case(
      runID: "01ARZ3NDEKTSV4RRFFQ69G5FAV", caseID: CaseID(rawValue: id),
      identity: ["quick", "map", "none", "1", "list:0,2", "local", "lock=ttas"], benchVersion: 3, metric: metric,
      comparisons: 10, perSide: 6, alpha: 0.05, falseFlags: 1, noiseFloor: floor)
  }

  @Test func `A record survives its file`() throws {
    let record = CalibrationRecord(cases: [entry(1), entry(2, floor: 0)])
    #expect(try CalibrationRecord.read(bytes: record.csvBytes(), path: "x") == record)
  }

  @Test func `A new calibration replaces the cases that it has and keeps the others`() {
    let older = CalibrationRecord(cases: [entry(1, floor: 0.5), entry(2), entry(3, metric: "throughput")])
    let newer = CalibrationRecord(cases: [entry(1, floor: 0.1), entry(3)])
    let merged = newer.completed(by: older)
    #expect(merged.cases == [entry(1, floor: 0.1), entry(3), entry(2), entry(3, metric: "throughput")])
  }

  @Test(arguments: [
    ("0.0125", "-1", "noise_floor"), ("0.0125", "", "noise_floor"), ("10,6,", "ten,6,", "comparisons"),
    ("0000000000000001", "1", "case_id"),
  ])
  func `A damaged cell is an error with line and column`(text: String, damage: String, column: String) {
    let file = String(decoding: CalibrationRecord(cases: [entry(1)]).csvBytes(), as: UTF8.self)
    let error = #expect(throws: ResultsFileError.self) {
      try CalibrationRecord.read(bytes: Array(file.replacing(text, with: damage).utf8), path: "calibration.csv")
    }
    #expect(error?.line == 2 && error?.column == column)
  }

  @Test func `Another schema and a torn end are refused`() {
    let file = String(decoding: CalibrationRecord(cases: [entry(1)]).csvBytes(), as: UTF8.self)
    for damaged in [file.replacing("calibration/1", with: "calibration/2"), String(file.dropLast(3))] {
      #expect(throws: ResultsFileError.self) { try CalibrationRecord.read(bytes: Array(damaged.utf8), path: "x") }
    }
  }
}
