import Executions
import Glibc
import Locks
import PagingTestSupport
import Synchronization
import Testing

/// What every lock must do; one row per lock.
@Suite struct MutualExclusionTests {
  static let locks: [any NodeLock.Type] = [TTASLock.self, TicketLock.self]

  @Test(arguments: locks.map { NamedLock(type: $0) })
  func tryLockFailsWhileHeldAndSucceedsAfter(_ lock: NamedLock) { check(lock.type) }

  private func check<L: NodeLock>(_: L.Type) {
    let memory = LockMemory()
    let storage = memory.storage
    let thread = ThreadContext(worker: 0)
    for _ in 0..<3 {
      #expect(!L.isLocked(storage))
      L.lock(storage, by: thread)
      #expect(L.isLocked(storage))
      #expect(!L.tryLock(storage, by: thread))
      L.unlock(storage, by: thread)
      #expect(!L.isLocked(storage))
      #expect(L.tryLock(storage, by: thread))
      #expect(!L.tryLock(storage, by: thread))
      L.unlock(storage, by: thread)
    }
  }

  /// Counts up to ten and back inside one critical section; the next must find zero. More threads than CPUs on purpose.
  @Test(arguments: locks.map { NamedLock(type: $0) })
  func concurrentSectionsNeverInterleave(_ lock: NamedLock) { stress(lock.type) }

  private func stress<L: NodeLock>(_: L.Type) {
    let memory = LockMemory()
    let storage = memory.storage
    let failures = Atomic<Int>(0)
    let total = TestMutex(0)
    runThreads(4) { worker in
      let thread = ThreadContext(worker: worker)
      var mine = 0
      for round in 0..<5000 {
        if round % 3 == 0 {
          guard L.tryLock(storage, by: thread) else { continue }
        } else {
          L.lock(storage, by: thread)
        }
        if memory.counter != 0 { failures.add(1, ordering: .relaxed) }
        for _ in 0..<10 { memory.counter += 1 }
        for _ in 0..<10 { memory.counter -= 1 }
        mine += 1
        memory.sections += 1
        L.unlock(storage, by: thread)
      }
      total.withLock { $0 += mine }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    #expect(memory.sections == total.withLock { $0 })
    #expect(!L.isLocked(storage))
  }

  @Test("Ticket holders are served in the order of their tickets") func ticketOrder() {
    let memory = LockMemory()
    let storage = memory.storage
    TicketLock.lock(storage, by: ThreadContext(worker: 0))
    let order = TestMutex<[Int]>([])
    var threads: [TestThread] = []
    for worker in 1...3 {
      threads.append(
        TestThread {
          TicketLock.lock(storage, by: ThreadContext(worker: worker))
          order.withLock { $0.append(worker) }
          TicketLock.unlock(storage, by: ThreadContext(worker: worker))
        })
      // The next thread starts only when this one has its ticket.
      while storage.first.loadRelaxed() != UInt32(worker + 1) { sched_yield() }
    }
    TicketLock.unlock(storage, by: ThreadContext(worker: 0))
    for thread in threads { thread.join() }
    #expect(order.withLock { $0 } == [1, 2, 3])
  }
}

struct NamedLock: Sendable, CustomTestStringConvertible {
  let type: any NodeLock.Type
  var testDescription: String { type.name }
}

/// A lock's storage with two plain words that only its holder may touch.
@safe
final class LockMemory: @unchecked Sendable {
  // SENDABLE: the counters are the point of the test: the lock must keep them consistent.
  private let base = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
  var counter = 0
  var sections = 0

  init() { _ = unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: 64) }
  deinit { unsafe base.deallocate() }

  // SAFETY: 64 zeroed, aligned bytes that live as long as `self`.
  var storage: LockStorage<Hardware> { unsafe LockStorage(base) }
}
