import MeasurementTestSupport
import Testing

@testable import Harness

struct TOMLLocatorTests {
  /// Everything a suite can be written with; places counted by hand.
  private static let source = """
    # a comment with = and [brackets]
    name = "demo" # "x = 1"
    "quoted key" = 'literal \\'
    long = \"\"\"
    [not a table]
    key = 1 \"\"\"\"
    a.b . c = 1
      indented = [ 1, "two", [3, 4],
        # between
        "fi,ve", ] # end

    [table]
    x = { y = 1, z = ["p", 'q'] }
    [[row]]
    v = 1
    [row.sub]
    w = 2
    [[row]]
    v = 3
    [row.sub]
    w = 4
    umlaut = ["ä", "b"]
    """

  private func path(_ steps: [TOMLPath.Step]) -> TOMLPath {
    steps.reduce(.root) { path, step in
      switch step {
      case .key(let name): path.key(name)
      case .element(let index): path.element(index)
      }
    }
  }

  @Test(arguments: [
    ([TOMLPath.Step.key("name")], "2:1", "2:8"), ([.key("quoted key")], "3:1", "3:16"), ([.key("long")], "4:1", "4:8"),
    ([.key("a"), .key("b"), .key("c")], "7:7", "7:11"), ([.key("indented")], "8:3", "8:14"),
    ([.key("indented"), .element(1)], "8:19", "8:19"), ([.key("indented"), .element(2), .element(1)], "8:30", "8:30"),
    ([.key("indented"), .element(3)], "10:5", "10:5"), ([.key("table")], "12:1", "12:1"),
    ([.key("table"), .key("x"), .key("y")], "13:7", "13:11"),
    ([.key("table"), .key("x"), .key("z"), .element(1)], "13:24", "13:24"),
    ([.key("row"), .element(0), .key("v")], "15:1", "15:5"),
    ([.key("row"), .element(0), .key("sub"), .key("w")], "17:1", "17:5"), ([.key("row"), .element(1)], "18:1", "18:1"),
    ([.key("row"), .element(1), .key("sub"), .key("w")], "21:1", "21:5"),
    ([.key("row"), .element(1), .key("sub"), .key("umlaut"), .element(1)], "22:16", "22:16"),
  ])
  func `Keys and values are found where they are written`(
    steps: [TOMLPath.Step], key: String, value: String
  ) {
    let locator = TOMLLocator(source: Self.source)
    #expect(locator.position(ofKey: path(steps))?.description == key)
    #expect(locator.position(ofValue: path(steps))?.description == value)
  }

  @Test func `What is not written is placed at the first thing above it that is`() {
    let locator = TOMLLocator(source: Self.source)
    #expect(locator.position(ofKey: path([.key("table"), .key("missing")]))?.description == "12:1")
    #expect(locator.position(ofValue: path([.key("name"), .element(7)]))?.description == "2:8")
    #expect(locator.position(ofKey: path([.key("missing")])) == nil)
  }

  @Test func `Any text comes to an end`() {
    let alphabet = Array("[]{}=,.\"'#\n ax\\")
    var generator = Randomness(for: "TOML locator")
    for _ in 0..<2000 {
      let length = Int.random(in: 0..<30, using: &generator)
      let text = String((0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "x" })
      _ = TOMLLocator(source: text)
    }
  }
}
