import Glibc
import Topology

/// A small sysfs tree in a temporary directory, laid out as the kernel does, gone with the value that made it.
final class SysfsFixture {
  struct CPU {
    var id: Int
    var package: Int
    var core: Int
    /// Online hardware threads of the core, in list format.
    var siblings: String
  }

  struct Node {
    var id: Int
    var cpus: String
    var kibibytes: UInt64
    var distances: String
  }

  let root: String
  /// Everything made, parents before children.
  private var made: [String] = []

  init(online: String, present: String? = nil, cpus: [CPU], nodes: [Node]?, siblingFile: String = "core_cpus_list") {
    var template = Array("/tmp/pagebench-sysfs-XXXXXX".utf8CString)
    // SAFETY: mkdtemp changes the template in place, within its length.
    let isMade = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) != nil }
    precondition(isMade, "cannot make a temporary directory")
    root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    made.append(root)
    write(online, to: "devices/system/cpu/online")
    write(present ?? online, to: "devices/system/cpu/present")
    for cpu in cpus {
      write("\(cpu.package)", to: "devices/system/cpu/cpu\(cpu.id)/topology/physical_package_id")
      write("\(cpu.core)", to: "devices/system/cpu/cpu\(cpu.id)/topology/core_id")
      write(cpu.siblings, to: "devices/system/cpu/cpu\(cpu.id)/topology/\(siblingFile)")
    }
    guard let nodes else { return }
    write(NumberList.format(nodes.map(\.id)), to: "devices/system/node/online")
    for node in nodes {
      write(node.cpus, to: "devices/system/node/node\(node.id)/cpulist")
      write(node.distances, to: "devices/system/node/node\(node.id)/distance")
      write(
        """

        Node \(node.id) MemTotal:       \(node.kibibytes) kB
        Node \(node.id) MemFree:        0 kB
        """, to: "devices/system/node/node\(node.id)/meminfo")
    }
  }

  // SAFETY, here and below: C functions read the NUL-terminated string that Swift makes of a path for the call.
  deinit {
    for path in made.reversed() { unsafe remove(path) }
  }

  /// Writes a file with a final newline, making the directories above it.
  func write(_ text: String, to relative: String) {
    var directory = root
    for part in relative.split(separator: "/").dropLast() {
      directory += "/\(part)"
      if unsafe mkdir(directory, 0o755) == 0 { made.append(directory) }
    }
    let path = "\(root)/\(relative)"
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    precondition(descriptor >= 0, "cannot write \(path)")
    if !made.contains(path) { made.append(path) }
    let bytes = Array("\(text)\n".utf8)
    // SAFETY: write reads at most `count` bytes of an array that lives through the closure.
    let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    precondition(written == bytes.count, "cannot write \(path)")
    close(descriptor)
  }

  func delete(_ relative: String) { _ = unsafe unlink("\(root)/\(relative)") }

  func topology(allowed: CPUSet? = nil) throws -> HostTopology {
    try HostTopology.read(sysfsRoot: root, allowedCPUs: allowed ?? CPUSet(0...1023))
  }
}
