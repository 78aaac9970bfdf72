import Logging

/// Log lines as a command-line tool prints them: `pagebench: warning: text`, on standard error.
struct ConsoleLog: LogHandler {
  var logLevel: Logger.Level = .info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    StandardError.write("pagebench: \(event.level.rawValue): \(event.message)\n")
  }

  static func makeLogger() -> Logger { Logger(label: "pagebench") { _ in ConsoleLog() } }
}
