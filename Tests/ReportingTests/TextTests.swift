import Testing

@testable import Reporting

@Suite struct TextTests {
  @Test(arguments: [
    (0.0, "0"), (1.0, "1.00"), (9.994, "9.99"), (9.996, "10.0"), (99.95, "100"), (12.34, "12.3"), (123.4, "123"),
    (12345.6, "12346"), (0.01234, "0.0123"), (0.00009996, "0.000100"), (-2.5, "-2.50"), (999.5, "1000"),
  ])
  func threeSignificantDigits(value: Double, expected: String) {
    #expect(NumberText.significant(value) == expected)
  }

  @Test(arguments: [
    (1.0, 3, "1.000"), (0.0005, 3, "0.001"), (0.0004, 3, "0.000"), (-0.0004, 3, "0.000"), (2.5, 0, "3"),
    (1234.5678, 2, "1234.57"), (1e20, 1, "1e+20"), (-1.25, 1, "-1.3"),
  ])
  func fixedDecimals(value: Double, decimals: Int, expected: String) {
    #expect(NumberText.fixed(value, decimals: decimals) == expected)
  }

  @Test(arguments: [
    (81_234_567.0, "op/s", "81.2 Mop/s"), (999.4, "op/s", "999 op/s"), (999.6, "op/s", "1.00 kop/s"),
    (1234.0, "ns", "1.23 µs"), (12.3, "ns/op", "12.3 ns/op"), (4_194_304.0, "By", "4.00 MiB"), (512.0, "By", "512 B"),
    (3.0, "1", "3.00"), (0.25, "1/op", "0.250 1/op"), (12.0, "%", "12.0 %"), (5e12, "ns", "5000 s"),
  ])
  func quantitiesCarryAPrefix(value: Double, unit: String, expected: String) {
    #expect(NumberText.quantity(value, unit: unit) == expected)
  }

  @Test func probabilitiesNeverShowAsZero() {
    #expect(NumberText.probability(0.00001) == "<0.0001")
    #expect(NumberText.probability(0.0123) == "0.0123")
    #expect(NumberText.probability(1) == "1.0000")
    #expect(
      NumberText.percent(0.95) == "95 %" && NumberText.percent(0.999) == "99.9 %" && NumberText.percent(0.02) == "2 %")
  }

  @Test func tablesAlignNumbersRightAndEndLinesWithoutBlanks() {
    var table = TextTable([.init("name"), .init("µs", .right), .init("note")])
    table.append(["a", "1.5", ""])
    table.appendGap()
    table.append(["längst", "12.25", "two\nlines"])
    #expect(
      table.text() == """
        name       µs  note
        ------  -----  ---------
        a         1.5

        längst  12.25  two lines

        """)
  }

  @Test func markdownEscapesBars() {
    var table = TextTable([.init("name"), .init("n", .right)])
    table.append(["a|b", "1"])
    table.appendGap()
    #expect(table.markdown() == "| name | n |\n| --- | ---: |\n| a\\|b | 1 |\n")
  }

  @Test func jsonKeepsOrderAndEscapes() {
    let value = JSONText.object([
      ("z", .array([.number(1), .number(.nan), .null])), ("a", .string("q\"\\\n\u{1}é")), ("e", .object([])),
      ("f", .array([])), ("t", .bool(true)),
    ])
    #expect(
      value.text() == """
        {
          "z": [
            1,
            null,
            null
          ],
          "a": "q\\"\\\\\\n\\u0001é",
          "e": {},
          "f": [],
          "t": true
        }

        """)
  }
}
