import Counters
import Results
import Testing

@Suite struct SumTests {
  private func reading(
    _ value: UInt64?, _ status: MeasurementStatus = .ok, name: String = "cycles", note: String? = nil,
    enabled: UInt64? = 10,
    running: UInt64? = 10, source: String = "perf", event: String? = "e"
  ) -> CounterReading {
    CounterReading(
      name: name, value: value, status: status, enabledNanoseconds: enabled, runningNanoseconds: running,
      source: source,
      event: event, note: note)
  }

  @Test func addsCounterByCounter() {
    let sum = CounterReading.sum(of: [
      [reading(1, name: "a"), reading(10, name: "b")], [reading(2, name: "a"), reading(20, name: "b")],
      [reading(3, name: "a"), reading(30, name: "b")],
    ])
    #expect(sum.map(\.name) == ["a", "b"])
    #expect(sum.map(\.value) == [6, 60])
    #expect(sum.map(\.enabledNanoseconds) == [30, 30])
    #expect(sum.map(\.status) == [.ok, .ok])
    #expect(sum.map(\.event) == ["e", "e"])
  }

  @Test func oneThreadIsItsOwnSum() {
    for one in [reading(5), reading(nil, .noSlot, note: "n"), reading(5, .userOnly, note: "k", source: "rusage")] {
      #expect(CounterReading.sum(of: [[one]]) == [one])
    }
    #expect(CounterReading.sum(of: []).isEmpty)
    #expect(CounterReading.sum(of: [[], []]).isEmpty)
  }

  @Test(arguments: MeasurementStatus.allCases)
  func oneThreadWithoutAValueEmptiesTheSum(status: MeasurementStatus) {
    let lame = reading(status.isUsable ? 3 : nil, status, note: "why")
    for threads in [[[reading(4)], [lame]], [[lame], [reading(4)]]] {
      let sum = CounterReading.sum(of: threads)[0]
      #expect(sum.status == status)
      #expect(sum.value == (status.isUsable ? 7 : nil))
      #expect(sum.note == "why")
    }
  }

  @Test func theWorstStatusWinsWhateverTheOrder() {
    // From best to worst; the first three have values.
    let order: [MeasurementStatus] = [.ok, .scaled, .userOnly, .notCounted, .noPermission, .error]
    for (index, better) in order.enumerated() {
      for worse in order[index...] {
        for pair in [[better, worse], [worse, better]] {
          #expect(CounterReading.sum(of: pair.map { [reading($0.isUsable ? 1 : nil, $0)] })[0].status == worse)
        }
      }
    }
  }

  @Test func aThreadWithoutTheCounterIsAnError() {
    let sum = CounterReading.sum(of: [[reading(1, name: "a")], [reading(1, name: "a"), reading(2, name: "b")]])
    #expect(sum.map(\.name) == ["a", "b"])
    #expect(sum[0].value == 2)
    #expect(sum[1].status == .error && sum[1].value == nil)
    #expect(sum[1].note?.contains("1 of 2 threads") == true)
  }

  @Test func saysEachReasonOnceAndWhereThreadsDiffer() {
    let sum = CounterReading.sum(of: [
      [reading(1, note: "x", event: "k=0")], [reading(1, note: "x", event: "k=1")],
      [reading(1, note: "y", enabled: nil, running: nil, source: "rusage")],
    ])[0]
    #expect(sum.note == "x; y; threads differ in source: perf, rusage")
    #expect(sum.event == nil)
    #expect(sum.enabledNanoseconds == nil)
    #expect(sum.value == 3)
  }

  @Test func aSumThatDoesNotFitIsAnError() {
    let sum = CounterReading.sum(of: [[reading(UInt64.max)], [reading(1)]])[0]
    #expect(sum.status == .error && sum.value == nil)
  }
}
