internal import Glibc
internal import Results

/// Private anonymous memory of base pages whose pages can be given back and touched anew.
@safe
final class FreshPages: Sendable {
  let count: Int
  // SENDABLE: used by one worker, and by its deinit.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  private let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// - Throws: ``WorkloadError/impossible(_:)`` when the kernel does not give the memory, or not as base pages.
  init(count: Int) throws(WorkloadError) {
    self.count = count
    let bytes = count * pageBytes
    // SAFETY: an anonymous mapping at an address of the kernel's choice touches nothing that exists.
    guard let base = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe base != MAP_FAILED
    else { throw .impossible("cannot map \(count) pages (errno \(errno)); use a smaller pages-per-op") }
    unsafe self.base = base
    // A huge page would take one fault for 512. Kernels without huge pages refuse with EINVAL, and need no telling.
    guard unsafe madvise(base, bytes, MADV_NOHUGEPAGE) == 0 || errno == EINVAL else {
      throw .impossible("the kernel does not promise base pages (errno \(errno))")
    }
  }

  deinit { unsafe munmap(base, count * pageBytes) }

  /// Writes one byte to every page, in order.
  func touch() {
    for page in 0..<count {
      // SAFETY: inside the mapping.
      unsafe (base + page * pageBytes).storeBytes(of: 1, as: UInt8.self)
    }
  }

  /// Gives all pages back: the next touch of each is a fault. False when the kernel refuses.
  func discard() -> Bool {
    // SAFETY: the whole mapping, of which nobody keeps a reference.
    unsafe madvise(base, count * pageBytes, MADV_DONTNEED) == 0
  }
}
