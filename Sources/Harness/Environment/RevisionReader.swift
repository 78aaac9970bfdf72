public import Results
import Subprocess
import SystemPackage

/// Asks git which source was measured.
public struct RevisionReader: Sendable {
  /// What git said; every part can be missing.
  public struct Finding: Sendable {
    public let revision: SourceRevision
    /// Which candidate answered; nil when none is under version control.
    let place: Place?
    let branch: String?

    func add(to record: inout EnvironmentRecord) {
      record.set("vcs", "found_at", place?.rawValue)
      record.set("vcs", "branch", branch)
      switch revision {
      case .commit(let time, let hash, let dirtyDigest):
        record.set("vcs", "commit", hash)
        record.set("vcs", "commit_time", time.rfc3339)
        record.set("vcs", "dirty", dirtyDigest == nil ? "no" : "yes")
        record.set("vcs", "dirty_digest", dirtyDigest ?? "none")
      case .unversioned:
        for key in ["commit", "commit_time", "dirty", "dirty_digest"] { record.set("vcs", key, nil) }
      }
    }
  }

  /// Where git is asked. Results name the place, not its path, which is nobody's concern.
  enum Place: String {
    case programDirectory = "program directory"
    case currentDirectory = "current directory"
  }

  private let candidates: [(place: Place, directory: String)]

  /// Asks where this program lies, for a build directory inside a work tree names the source better than wherever the
  /// user happens to stand; then the current directory.
  public init() {
    let own = ToolFacts.executable.flatMap { path in
      path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
    candidates = (own.map { [(.programDirectory, $0)] } ?? []) + [(.currentDirectory, ".")]
  }

  init(currentDirectory: String) { candidates = [(.currentDirectory, currentDirectory)] }

  public func read() async -> Finding {
    for (place, directory) in candidates {
      guard let line = await git(directory, "log", "-1", "--format=%H %ct"), let space = line.firstIndex(of: " "),
        let seconds = Int64(line[line.index(after: space)...])
      else { continue }
      return Finding(
        revision: .commit(
          time: UTCTimestamp(secondsSinceEpoch: seconds), hash: String(line[..<space]),
          dirtyDigest: await dirtyDigest(directory)),
        place: place, branch: await git(directory, "rev-parse", "--abbrev-ref", "HEAD"))
    }
    return Finding(revision: .unversioned, place: nil, branch: nil)
  }

  /// Digest over the difference from the commit and the names of untracked files; nil for a clean tree.
  private func dirtyDigest(_ directory: String) async -> String? {
    // A status that cannot be had is not a clean tree.
    guard let status = await git(directory, "status", "--porcelain") else { return ContentHash.hex("unknown".utf8) }
    guard !status.isEmpty else { return nil }
    let difference = await git(directory, "diff", "HEAD") ?? ""
    return ContentHash.hex((status + "\n" + difference).utf8)
  }

  /// Standard output without the last newline; nil when git is missing or refuses.
  private func git(_ directory: String, _ arguments: String...) async -> String? {
    let result = try? await Subprocess.run(
      .name("git"), arguments: Arguments(["-C", directory] + arguments),
      // Without this, a mere status may write the index under somebody's hands.
      environment: .inherit.updating(["GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"]), output: .string(limit: 64 << 20),
      error: .discarded)
    guard let result, result.terminationStatus.isSuccess else { return nil }
    var text = result.standardOutput
    while text.last?.isNewline == true { text.removeLast() }
    return text
  }
}
