/// One cache of a processor, with the CPUs that share it.
public struct ProcessorCache: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case data = "Data"
    case instruction = "Instruction"
    case unified = "Unified"
  }

  /// 1 is nearest to the core.
  public let level: Int
  public let kind: Kind
  /// Size in bytes; nil when the kernel does not say.
  public let bytes: UInt64?
  /// Size of a line in bytes; nil when the kernel does not say.
  public let lineBytes: Int?
  /// Online CPUs that share it.
  public let cpus: CPUSet

  public init(level: Int, kind: Kind, bytes: UInt64?, lineBytes: Int?, cpus: CPUSet) {
    self.level = level
    self.kind = kind
    self.bytes = bytes
    self.lineBytes = lineBytes
    self.cpus = cpus
  }

  /// Such as `L1 data` or `L3`.
  public var name: String { kind == .unified ? "L\(level)" : "L\(level) \(kind.rawValue.lowercased())" }
}

extension ProcessorCache {
  /// The caches of one CPU; none where the kernel describes none, as under some hypervisors.
  static func read(ofCPU cpu: Int, online: CPUSet, _ tree: MachineTree) throws(TopologyError) -> [ProcessorCache] {
    var caches: [ProcessorCache] = []
    var index = 0
    while true {
      let directory = "sys/devices/system/cpu/cpu\(cpu)/cache/index\(index)"
      index += 1
      guard try tree.text(ifPresent: "\(directory)/level") != nil else { return caches }
      let kindText = try tree.text("\(directory)/type")
      guard let kind = Kind(rawValue: kindText) else {
        throw .malformed(
          path: tree.path("\(directory)/type"), content: kindText, expected: "Data, Instruction or Unified")
      }
      caches.append(
        ProcessorCache(
          level: try tree.integer("\(directory)/level"), kind: kind,
          bytes: try readSize("\(directory)/size", tree),
          lineBytes: try tree.text(ifPresent: "\(directory)/coherency_line_size").flatMap { Int($0) },
          cpus: (try tree.set(ifPresent: "\(directory)/shared_cpu_list") ?? []).intersection(online).union([cpu])))
    }
  }

  /// `32K`, in bytes.
  private static func readSize(_ file: String, _ tree: MachineTree) throws(TopologyError) -> UInt64? {
    guard let text = try tree.text(ifPresent: file), !text.isEmpty else { return nil }
    let shifts: [Character: UInt64] = ["K": 10, "M": 20, "G": 30]
    let shift = text.last.flatMap { shifts[$0] }
    guard let number = UInt64(shift == nil ? text[...] : text.dropLast()), number < 1 << 32 else {
      throw .malformed(path: tree.path(file), content: text, expected: "a size such as 32K")
    }
    return number << (shift ?? 0)
  }
}
