import Results
import Subprocess
import SystemPackage
import Testing

@testable import Harness

struct RevisionReaderTests {
  private func shell(_ script: String, in directory: TemporaryDirectory) async throws {
    let result = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-ec", "cd '\(directory.path)'; \(script)"], output: .discarded,
      error: .string(limit: 1 << 16))
    try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
  }

  private func digest(_ directory: String) async -> String? {
    guard case .commit(_, _, let digest) = await RevisionReader(currentDirectory: directory).read().revision else {
      return "no commit"
    }
    return digest
  }

  @Test func `A directory outside version control has no commit`() async throws {
    let empty = try TemporaryDirectory()
    let finding = await RevisionReader(currentDirectory: empty.path).read()
    #expect(finding.revision == .unversioned)
    var record = EnvironmentRecord(runID: RunID.generate().description)
    finding.add(to: &record)
    for key in ["commit", "dirty", "dirty_sha"] {
      #expect(record.entries.contains { $0.key == key && $0.value == nil })
    }
  }

  @Test func `Every state has a digest of its own, seen from any directory of the tree`() async throws {
    let tree = try TemporaryDirectory()
    try await shell(
      """
      git init -q .; git config user.name n; git config user.email e; mkdir sub
      echo 'ignored' > .gitignore; echo a > file; echo b > sub/file; git add -A; git commit -qm x
      """, in: tree)
    #expect(await digest(tree.path) == nil)
    try await shell("echo x > ignored", in: tree)
    #expect(await digest(tree.path) == nil)
    var seen: [String] = []
    for change in [
      "echo c >> file", "echo new > 'un tracked'", "echo other > 'un tracked'", "git add -A", "rm sub/file",
    ] {
      try await shell(change, in: tree)
      let found = try #require(await digest(tree.path))
      #expect(found.count == 40 && found.allSatisfy(\.isHexDigit), "\(found)")
      #expect(!seen.contains(found), "\(change)")
      seen.append(found)
      if change != "rm sub/file" { #expect(await digest(tree.path + "/sub") == found) }
    }
    try await shell("git reset -q --hard; git clean -fdq", in: tree)
    #expect(await digest(tree.path) == nil)
  }
}
