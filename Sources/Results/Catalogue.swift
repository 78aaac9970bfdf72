/// What this build can run, as plain values: suites are checked against it and `pagebench list` prints it.
public struct Catalogue: Codable, Sendable {
  public struct Item: Codable, Hashable, Sendable {
    public let name: String
    /// One line.
    public let summary: String
    public init(name: String, summary: String) {
      self.name = name
      self.summary = summary
    }
  }

  public struct Parameter: Codable, Hashable, Sendable {
    public let name: String
    public let summary: String
    /// The value used when a suite does not set it.
    public let defaultValue: String
    /// The only legal values, or empty when any positive integer is legal.
    public let choices: [String]
    public init(name: String, summary: String, defaultValue: String, choices: [String]) {
      self.name = name
      self.summary = summary
      self.defaultValue = defaultValue
      self.choices = choices
    }
  }

  public let workloads: [Item]
  public let strategies: [Item]
  public let locks: [Item]
  public let formats: [Item]
  public let parameters: [Parameter]
  /// From files, so whoever reads them fills this in.
  public var counterGroups: [Item] = []

  public init(workloads: [Item], strategies: [Item], locks: [Item], formats: [Item], parameters: [Parameter]) {
    self.workloads = workloads
    self.strategies = strategies
    self.locks = locks
    self.formats = formats
    self.parameters = parameters
  }
}
