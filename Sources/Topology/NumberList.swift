/// The kernel's list format for CPU and node numbers: `0-3,8`, as sysfs prints it and as users write it.
public enum NumberList {
  /// The largest number that a list may name: Linux supports at most 8192 CPUs. A bound keeps a typing error such as
  /// `0-99999999` from filling memory.
  public static let maximum = 8191

  /// The numbers in the order written, ranges expanded; a number written twice appears twice. Blanks around the whole
  /// text are ignored, and an empty text is an empty list, which is how sysfs prints an empty set.
  public static func parse(_ text: some StringProtocol) throws(NumberListError) -> [Int] {
    let text = trimmed(String(text))
    guard !text.isEmpty else { return [] }
    var numbers: [Int] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard !item.isEmpty else { throw NumberListError(text: text, problem: .emptyItem) }
      let bounds = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      let first = try number(bounds[0], of: item, in: text)
      let last = try bounds.count == 2 ? number(bounds[1], of: item, in: text) : first
      guard first <= last else { throw NumberListError(text: text, problem: .descendingRange(item: String(item))) }
      numbers += first...last
    }
    return numbers
  }

  /// The numbers in list format, in the order given; consecutive rising numbers become a range.
  public static func format(_ numbers: some Sequence<Int>) -> String {
    var items: [String] = []
    var run: ClosedRange<Int>?
    func close(_ run: ClosedRange<Int>?) {
      guard let run else { return }
      items.append(run.count == 1 ? "\(run.lowerBound)" : "\(run.lowerBound)-\(run.upperBound)")
    }
    for number in numbers {
      if let open = run, open.upperBound + 1 == number {
        run = open.lowerBound...number
      } else {
        close(run)
        run = number...number
      }
    }
    close(run)
    return items.joined(separator: ",")
  }

  private static func number(
    _ digits: Substring, of item: Substring, in text: String
  ) throws(NumberListError) -> Int {
    // `Int("+3")` is 3, so the characters are checked first.
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      throw NumberListError(text: text, problem: .notANumber(item: String(item)))
    }
    guard let number = Int(digits), number <= maximum else {
      throw NumberListError(text: text, problem: .tooLarge(item: String(item)))
    }
    return number
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    return String(rest)
  }
}

/// A text that is not a list of CPU or node numbers.
public struct NumberListError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Problem: Hashable, Sendable {
    /// Two commas in a row, or one at an end.
    case emptyItem
    /// An item with something other than digits and one hyphen.
    case notANumber(item: String)
    /// A range whose second number is smaller than its first.
    case descendingRange(item: String)
    /// A number above ``NumberList/maximum``.
    case tooLarge(item: String)
  }

  /// The whole list as written.
  public let text: String
  public let problem: Problem

  public init(text: String, problem: Problem) {
    self.text = text
    self.problem = problem
  }

  public var description: String {
    let reason =
      switch problem {
      case .emptyItem: "it has an empty item between its commas"
      case .notANumber(let item): "'\(item)' is neither a number nor a range"
      case .descendingRange(let item): "the range '\(item)' runs backwards"
      case .tooLarge(let item): "'\(item)' goes beyond the largest number possible, \(NumberList.maximum)"
      }
    return "'\(text)' is not a list of numbers: \(reason); write numbers and rising ranges, such as 0-3,8"
  }
}
