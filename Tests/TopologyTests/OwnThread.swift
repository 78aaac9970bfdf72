import Glibc

/// Runs a test's body on a thread of its own, so that pins do not stay on threads that other tests use.
func onOwnThread(_ body: @escaping @Sendable () throws -> Void) throws {
  final class Work: @unchecked Sendable {
    // SENDABLE: written by the thread alone, read after it was joined.
    let body: @Sendable () throws -> Void
    var failure: (any Error)?
    init(_ body: @escaping @Sendable () throws -> Void) { self.body = body }
  }
  let work = Work(body)
  var thread = pthread_t()
  // SAFETY: the retained reference goes to the thread, which takes it over once.
  let status = unsafe pthread_create(
    &thread, nil,
    { argument in
      let work = unsafe Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
      do { try work.body() } catch { work.failure = error }
      return nil
    }, Unmanaged.passRetained(work).toOpaque())
  precondition(status == 0, "cannot make a thread")
  pthread_join(thread, nil)
  if let failure = work.failure { throw failure }
}
