import Glibc

/// Other processes of this program that measure at the same time.
enum OtherRuns {
  /// Their numbers, without this process and what it started; nil when /proc cannot be listed.
  static func processes(_ files: HostFiles, own: Int32 = getpid()) -> [Int]? {
    let names = files.names("proc")
    guard !names.isEmpty else { return nil }
    return names.compactMap { Int($0) }.filter { id in
      guard id != Int(own), let command = files.whole("proc/\(id)/cmdline") else { return false }
      let words = command.split(separator: "\0")
      guard let program = words.first?.split(separator: "/").last else { return false }
      // A measuring process runs under the name by which it was started, and its second word is fixed.
      let isOurs = (program == "pagebench" && words.dropFirst().first == "run") || words.dropFirst() == ["trial"]
      return isOurs && parent(id, files) != Int(own)
    }
  }

  private static func parent(_ id: Int, _ files: HostFiles) -> Int? {
    files.field("PPid", in: "proc/\(id)/status").flatMap { Int($0) }
  }
}
