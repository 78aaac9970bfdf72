import Glibc
import Testing
import Topology

@Suite struct ThisMachineTests {
  /// A container's seccomp profile may forbid the question.
  private static var canAskForResidence: Bool { (try? MemoryResidence.nodes(ofPages: [0])) != nil }

  @Test func pinsTheCallingThreadToEveryAllowedCPU() throws {
    let allowed = try HostTopology.read().allowedCPUs
    try onOwnThread {
      for cpu in allowed {
        try ThreadAffinity.pinCurrentThread(to: cpu)
        #expect(ThreadAffinity.currentCPU() == cpu)
        #expect(try ThreadAffinity.currentThreadMask() == [cpu])
      }
      try ThreadAffinity.confineCurrentThread(to: allowed)
      #expect(try ThreadAffinity.currentThreadMask().intersection(allowed) == allowed)
    }
  }

  @Test func refusesToPinToACPUThatIsNotThere() throws {
    let present = try HostTopology.read().presentCPUs
    let absent = try #require((0...NumberList.maximum).reversed().first { !present.contains($0) })
    try onOwnThread {
      #expect(throws: TopologyError.cannotPin(cpus: [absent], errno: EINVAL)) {
        try ThreadAffinity.pinCurrentThread(to: absent)
      }
      #expect(throws: TopologyError.cannotPin(cpus: [-1], errno: EINVAL)) {
        try ThreadAffinity.pinCurrentThread(to: -1)
      }
      #expect(throws: TopologyError.cannotPin(cpus: [], errno: EINVAL)) {
        try ThreadAffinity.confineCurrentThread(to: [])
      }
    }
  }

  @Test(.enabled(if: canAskForResidence, "move_pages is not permitted here"))
  func findsTheNodeOfTouchedPagesOnly() throws {
    let host = try HostTopology.read()
    let pageBytes = sysconf(Int32(_SC_PAGESIZE))
    let bytes = 4 * pageBytes
    // SAFETY: a private mapping of our own, accessed within its length.
    let memory = try unsafe #require(mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    unsafe madvise(memory, bytes, MADV_NOHUGEPAGE)
    unsafe memory.storeBytes(of: 1, toByteOffset: 0, as: UInt8.self)
    unsafe memory.storeBytes(of: 1, toByteOffset: 2 * pageBytes + 17, as: UInt8.self)
    let base = UInt(bitPattern: memory)
    let pages = [0, 1, 2, 3].map { base + UInt($0 * pageBytes) }
    defer { unsafe munmap(memory, bytes) }
    let nodes = try MemoryResidence.nodes(ofPages: pages + [base + UInt(2 * pageBytes) + 17])
    let withMemory = host.nodes.filter(\.hasMemory).map(\.id)
    #expect(nodes[0].map(withMemory.contains) == true)
    #expect(nodes[1] == nil)
    #expect(nodes[2].map(withMemory.contains) == true)
    #expect(nodes[3] == nil)
    #expect(nodes[4] == nodes[2])
    // Page 0 is never mapped.
    #expect(try MemoryResidence.nodes(ofPages: [0]) == [nil])
    #expect(try MemoryResidence.nodes(ofPages: []) == [])
  }
}
