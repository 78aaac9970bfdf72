import Results
import Testing
import Topology

@Suite struct MemoryPolicyTests {
  @Test(arguments: [
    ("local", MemoryPolicy.local), ("bind:0", .bind(node: 0)), ("interleave:0-1", .interleave(nodes: [0, 1])),
    ("interleave:0,2-3", .interleave(nodes: [0, 2, 3])), ("interleave:7", .interleave(nodes: [7])),
  ])
  func printsWhatItReads(text: String, policy: MemoryPolicy) throws {
    #expect(try MemoryPolicy(parsing: text) == policy)
    #expect("\(policy)" == text)
  }

  @Test func takesNodesAsASet() throws {
    #expect(try MemoryPolicy(parsing: "interleave:3,0-1,1") == .interleave(nodes: [0, 1, 3]))
  }

  @Test(arguments: [
    ("default", MemoryPolicyError.unknownPolicy("default")), ("local:0", .unknownPolicy("local:0")),
    ("bind:", .noNode(policy: "bind:")), ("interleave:", .noNode(policy: "interleave:")),
    ("bind:0-1", .severalNodes(policy: "bind:0-1")),
    ("bind:x", .malformedList(NumberListError(text: "x", problem: .notANumber(item: "x")))),
  ])
  func refusesOtherTexts(text: String, error: MemoryPolicyError) {
    #expect(throws: error) { try MemoryPolicy(parsing: text) }
  }

  @Test func namesTheNodeThatCannotHoldMemory() throws {
    let fixture = Machines.oddNodes()
    let host = try fixture.topology()
    for text in ["local", "bind:0", "bind:2", "interleave:0,2"] {
      #expect(throws: Never.self) { try MemoryPolicy(parsing: text).validate(on: host) }
    }
    let missing = #expect(throws: MemoryPolicyError.self) { try MemoryPolicy.bind(node: 3).validate(on: host) }
    #expect(missing == .noSuchNode(3, policy: "bind:3", usable: [0, 2]))
    #expect(missing?.description.contains("names node 3") == true)
    #expect(missing?.description.contains("nodes with memory are 0,2") == true)
    #expect(throws: MemoryPolicyError.memorylessNode(1, policy: "interleave:0-1", usable: [0, 2])) {
      try MemoryPolicy.interleave(nodes: [0, 1]).validate(on: host)
    }
  }
}
