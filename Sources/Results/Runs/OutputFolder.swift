/// Files that a command leaves in a folder the user names.
public enum OutputFolder {
  /// Writes each file whole or not at all, making the folder if it is missing.
  public static func write(_ files: [(name: String, bytes: [UInt8])], into folder: String) throws(FileSystemError) {
    let advice = "name a folder that can be written with --output"
    try FileSystem.makeDirectories(folder, advice: advice)
    for file in files {
      try FileSystem.replace(FileSystem.join(folder, file.name), with: file.bytes, advice: advice)
    }
  }
}
