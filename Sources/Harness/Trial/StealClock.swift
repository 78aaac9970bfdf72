/// Time that the hypervisor gave to others, from /proc/stat.
enum StealClock {
  /// Steal ticks of these CPUs together since boot; nil when the kernel does not say. One tick is 10 ms, so a short
  /// window sees only coarse steps.
  static func read(cpus: [Int]) -> UInt64? {
    guard let text = try? TextFile.read("/proc/stat") else { return nil }
    return steal(in: text, cpus: cpus)
  }

  static func steal(in text: String, cpus: [Int]) -> UInt64? {
    let wanted = Set(cpus.map { "cpu\($0)" })
    var sum: UInt64 = 0
    var found = 0
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      // cpuN user nice system idle iowait irq softirq steal …
      guard let name = words.first, wanted.contains(String(name)) else { continue }
      guard words.count > 8, let ticks = UInt64(words[8]) else { return nil }
      sum += ticks
      found += 1
    }
    return found == wanted.count ? sum : nil
  }
}
