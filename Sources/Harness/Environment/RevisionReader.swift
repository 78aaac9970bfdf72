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
        record.set("vcs", "dirty_sha", dirtyDigest ?? "none")
      case .unversioned:
        for key in ["commit", "commit_time", "dirty", "dirty_sha"] { record.set("vcs", key, nil) }
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

  /// SHA of everything that differs from the commit: the difference of tracked files, and names and content of
  /// untracked ones; nil for a clean tree. Git computes it, so it is as long as the repository's own.
  private func dirtyDigest(_ directory: String) async -> String? {
    // A state that cannot be had is not a clean tree.
    let unknown = ContentHash.hex("unknown".utf8)
    guard let status = await git(directory, "status", "--porcelain") else { return unknown }
    guard !status.isEmpty else { return nil }
    // Git lists untracked files below where it stands.
    guard let top = await git(directory, "rev-parse", "--show-toplevel"),
      let difference = await git(top, "diff", "--binary", "HEAD"),
      let untracked = await git(top, "ls-files", "--others", "--exclude-standard"),
      let contents = untracked.isEmpty ? "" : await git(top, "hash-object", "--stdin-paths", input: untracked),
      let digest = await git(
        top, "hash-object", "--stdin", input: [difference, untracked, contents].joined(separator: "\n"))
    else { return unknown }
    return digest
  }

  /// Standard output without the last newline; nil when git is missing or refuses.
  private func git(_ directory: String, _ arguments: String..., input: String = "") async -> String? {
    guard let file = try? MemoryFile.make(Array(input.utf8)) else { return nil }
    defer { try? file.close() }
    let result = try? await Subprocess.run(
      .name("git"), arguments: Arguments(["-C", directory] + arguments),
      // Without this, a mere status may write the index under somebody's hands.
      environment: .inherit.updating(["GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"]),
      input: .fileDescriptor(file, closeAfterSpawningProcess: false), output: .string(limit: 64 << 20),
      error: .discarded)
    guard let result, result.terminationStatus.isSuccess else { return nil }
    var text = result.standardOutput
    while text.last?.isNewline == true { text.removeLast() }
    return text
  }
}
