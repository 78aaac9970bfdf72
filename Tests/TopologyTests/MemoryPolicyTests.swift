import Results
import Testing
import Topology

@Suite struct MemoryPolicyTests {
  @Test(arguments: [
    ("local", MemoryPolicies(.local)), ("remote", MemoryPolicies(.remote)), ("bind:0", MemoryPolicies(.bind(node: 0))),
    ("preferred:3", MemoryPolicies(.preferred(node: 3))), ("interleave:all", MemoryPolicies(.interleaveAll)),
    ("interleave:0-1", MemoryPolicies(.interleave(nodes: [0, 1]))),
    ("interleave:0,2-3", MemoryPolicies(.interleave(nodes: [0, 2, 3]))),
    ("local,tables=remote", MemoryPolicies(.local, tables: .remote)),
    ("interleave:0,2,metadata=bind:2", MemoryPolicies(.interleave(nodes: [0, 2]), metadata: .bind(node: 2))),
    (
      "local,tables=interleave:0,2,metadata=interleave:0-1,3",
      MemoryPolicies(.local, tables: .interleave(nodes: [0, 2]), metadata: .interleave(nodes: [0, 1, 3]))
    ),
  ])
  func printsWhatItReads(text: String, policies: MemoryPolicies) throws {
    #expect(try MemoryPolicies(parsing: text) == policies)
    #expect("\(policies)" == text)
  }

  @Test func takesNodesAsASet() throws {
    #expect(try MemoryPolicy(parsing: "interleave:3,0-1,1") == .interleave(nodes: [0, 1, 3]))
    #expect(
      try MemoryPolicies(parsing: "local,tables=interleave:1,0")
        == MemoryPolicies(.local, tables: .interleave(nodes: [0, 1])))
  }

  @Test(arguments: [
    ("default", MemoryPolicyError.unknownPolicy("default")), ("local:0", .unknownPolicy("local:0")),
    ("bind:", .noNode(policy: "bind:")), ("interleave:", .noNode(policy: "interleave:")),
    ("bind:0-1", .severalNodes(policy: "bind:0-1")), ("preferred:0-1", .severalNodes(policy: "preferred:0-1")),
    ("bind:x", .malformedList(NumberListError(text: "x", problem: .notANumber(item: "x")))),
    (",tables=remote", .unknownPolicy("")), ("local,tables=", .unknownPolicy("")),
    ("local,data=remote", .unknownPolicy("local,data=remote")),
    ("local,tables=remote,tables=local", .repeatedKind("tables", policy: "local,tables=remote,tables=local")),
    ("local,tables=local", .notCanonical(policy: "local,tables=local", canonical: "local")),
    (
      "local,metadata=remote,tables=bind:1",
      .notCanonical(
        policy: "local,metadata=remote,tables=bind:1", canonical: "local,tables=bind:1,metadata=remote")
    ),
  ])
  func refusesOtherTexts(text: String, error: MemoryPolicyError) {
    #expect(throws: error) { try MemoryPolicies(parsing: text) }
  }

  // MARK: What they mean on a machine

  private func targets(
    _ text: String, nodes: [Int], on machine: RecordedMachine, _ kind: MemoryKind = .data
  ) throws -> [MemoryTarget] {
    try MemoryPolicies(parsing: text).resolve(nodeOfWorker: nodes, on: machine.topology()).workers.map { $0[kind] }
  }

  @Test func localIsTheNearestNodeWithMemory() throws {
    #expect(try targets("local", nodes: [0, 7, 3], on: .eightNodes) == [.node(0), .node(7), .node(3)])
    // Node 1 has none; node 0 is at distance 20, node 2 at 28.
    #expect(try targets("local", nodes: [0, 1], on: .oddNodes) == [.node(0), .node(0)])
    // The cpuset allows memory of nodes 0 and 1 only; from node 2 they are at 22 and 16.
    #expect(try targets("local", nodes: [0, 1, 2], on: .offlineCPUs) == [.node(0), .node(1), .node(1)])
  }

  @Test func remoteIsTheFarthestNodeWithMemory() throws {
    #expect(try targets("remote", nodes: [0, 1], on: .twoSockets) == [.node(1), .node(0)])
    // Four nodes of the other socket are equally far: each node has one of its own.
    #expect(
      try targets("remote", nodes: Array(0..<8), on: .eightNodes)
        == [4, 5, 6, 7, 0, 1, 2, 3].map { .node($0) })
    // From node 1, whose memory is node 0's, the other one is node 2.
    #expect(try targets("remote", nodes: [0, 1], on: .oddNodes) == [.node(2), .node(2)])
    // Within the cpuset's nodes 0 and 1; node 2's own memory would be node 1.
    #expect(try targets("remote", nodes: [0, 1, 2], on: .offlineCPUs) == [.node(1), .node(0), .node(0)])
    #expect(throws: MemoryPolicyError.nothingRemote(policy: "remote", usable: [0])) {
      try targets("remote", nodes: [0], on: .desktop)
    }
  }

  @Test func otherPoliciesAreTheSameForEveryWorker() throws {
    #expect(try targets("bind:2", nodes: [0, 1], on: .oddNodes) == [.node(2), .node(2)])
    #expect(try targets("preferred:5", nodes: [1], on: .eightNodes) == [.preferred(5)])
    #expect(try targets("interleave:0,2", nodes: [1], on: .oddNodes) == [.interleaved([0, 2])])
    #expect(try targets("interleave:all", nodes: [1], on: .oddNodes) == [.interleaved([0, 2])])
    #expect(try targets("interleave:all", nodes: [1], on: .offlineCPUs) == [.interleaved([0, 1])])
  }

  @Test func eachKindOfMemoryHasItsOwn() throws {
    let text = "local,tables=remote,metadata=interleave:0-1"
    for kind in MemoryKind.allCases {
      let expected: [MemoryKind: [MemoryTarget]] = [
        .data: [.node(0), .node(1)], .tables: [.node(1), .node(0)],
        .metadata: [.interleaved([0, 1]), .interleaved([0, 1])],
      ]
      #expect(try targets(text, nodes: [0, 1], on: .twoSockets, kind) == expected[kind])
    }
    let host = try RecordedMachine.twoSockets.topology()
    #expect(try MemoryPolicies(.local).resolve(nodeOfWorker: [0], on: host).isLocalOnly)
    #expect(try !MemoryPolicies(.local, metadata: .remote).resolve(nodeOfWorker: [0], on: host).isLocalOnly)
  }

  @Test func nodesByDistanceStartNear() throws {
    let host = try RecordedMachine.eightNodes.topology()
    #expect(host.memoryNodes(nearestTo: 5) == [5, 4, 6, 7, 0, 1, 2, 3])
    let placement = try MemoryPolicies(.local).resolve(nodeOfWorker: [5, 0], on: host)
    #expect(placement.workers.map(\.nearestNodes) == [[5, 4, 6, 7, 0, 1, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7]])
  }

  @Test func namesTheNodeThatCannotHoldMemory() throws {
    let missing = #expect(throws: MemoryPolicyError.self) { try targets("bind:3", nodes: [0], on: .oddNodes) }
    #expect(missing == .noSuchNode(3, policy: "bind:3", usable: [0, 2]))
    #expect(missing?.description.contains("names node 3") == true)
    #expect(missing?.description.contains("nodes with memory are 0,2") == true)
    #expect(throws: MemoryPolicyError.memorylessNode(1, policy: "interleave:0-1", usable: [0, 2])) {
      try targets("interleave:0-1", nodes: [0], on: .oddNodes)
    }
    #expect(throws: MemoryPolicyError.forbiddenNode(3, policy: "bind:3", usable: [0, 1])) {
      try targets("local,tables=bind:3", nodes: [0], on: .offlineCPUs)
    }
  }
}
