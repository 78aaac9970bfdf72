import MeasurementTestSupport
import Testing
import Topology

@Suite struct CPUSetTests {
  @Test func behavesLikeASetOfIntegers() {
    var randomness = Randomness(for: "behavesLikeASetOfIntegers")
    for _ in 0..<300 {
      // Mixed widths, so that sets of different word counts meet.
      let range = 0...[3, 63, 64, 300, NumberList.maximum].randomElement(using: &randomness)!
      let first = Set(
        (0..<Int.random(in: 0...20, using: &randomness)).map { _ in range.randomElement(using: &randomness)! })
      let second = Set(
        (0..<Int.random(in: 0...20, using: &randomness)).map { _ in range.randomElement(using: &randomness)! })
      let a = CPUSet(first)
      let b = CPUSet(second)
      let seed: Comment = "seed \(randomness.seed)"
      #expect(Array(a) == first.sorted(), seed)
      #expect(a.count == first.count && a.isEmpty == first.isEmpty, seed)
      #expect(Array(a.union(b)) == first.union(second).sorted(), seed)
      #expect(Array(a.intersection(b)) == first.intersection(second).sorted(), seed)
      #expect(Array(a.subtracting(b)) == first.subtracting(second).sorted(), seed)
      #expect(a.isSubset(of: b) == first.isSubset(of: second), seed)
      #expect((a == b) == (first == second), seed)
      var c = a
      for cpu in second { c.remove(cpu) }
      #expect(c == CPUSet(first.subtracting(second)), "removing leaves no trace; \(seed)")
    }
  }

  @Test func printingAndReadingAreInverse() throws {
    var randomness = Randomness(for: "printingAndReadingAreInverse")
    for _ in 0..<300 {
      let numbers = (0..<Int.random(in: 0...40, using: &randomness)).map { _ in
        Int.random(in: 0...80, using: &randomness)
      }
      #expect(try NumberList.parse(NumberList.format(numbers)) == numbers, "seed \(randomness.seed)")
      #expect(try CPUSet(parsing: "\(CPUSet(numbers))") == CPUSet(numbers), "seed \(randomness.seed)")
    }
  }

  // The kernel's own examples and what sysfs prints on real machines.
  @Test(
    arguments: [
      ("", []), ("\n", []), ("0", [0]), ("0-3,8", [0, 1, 2, 3, 8]), ("0,2-3\n", [0, 2, 3]), ("8191", [8191]),
      (" 5-5 ", [5]), ("63-64", [63, 64]), ("8,0-1", [8, 0, 1]),
    ] as [(String, [Int])])
  func readsListFormat(text: String, numbers: [Int]) throws {
    #expect(try NumberList.parse(text) == numbers)
    #expect(try CPUSet(parsing: text) == CPUSet(numbers))
  }

  @Test(arguments: [
    ("0,,1", NumberListError.Problem.emptyItem), (",0", .emptyItem), ("0,", .emptyItem), (",", .emptyItem),
    ("a", .notANumber(item: "a")), ("0-", .notANumber(item: "0-")), ("-1", .notANumber(item: "-1")),
    ("1-2-3", .notANumber(item: "1-2-3")), ("+1", .notANumber(item: "+1")), ("0, 1", .notANumber(item: " 1")),
    ("0x3", .notANumber(item: "0x3")), ("0-10:2/4", .notANumber(item: "0-10:2/4")),
    ("3-1", .descendingRange(item: "3-1")), ("8192", .tooLarge(item: "8192")),
    ("0-99999999999999999999", .tooLarge(item: "0-99999999999999999999")),
  ])
  func refusesAnythingElse(text: String, problem: NumberListError.Problem) {
    let error = #expect(throws: NumberListError.self) { try CPUSet(parsing: text) }
    #expect(error?.problem == problem)
    #expect(error?.description.contains("'\(text)'") == true)
  }
}
