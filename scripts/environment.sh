# Sourced by the other scripts: sets `root` to the repository and puts a Swift toolchain on PATH.
#
# PAGEBENCH_SWIFT=/path/to/swift takes that toolchain and searches no other.

# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
minimum_swift="6.2"

# Says what went wrong on standard error, with the command and what to do about it, and exits.
# Usage: give_up "what went wrong" "command" "remedy"
give_up() {
  {
    printf '%s: %s\n' "$(basename "$0")" "$1"
    if [ -n "$2" ]; then printf '  command: %s\n' "$2"; fi
    printf '  remedy:  %s\n' "$3"
  } >&2
  exit 1
}

# Prints the version of the Swift at $1; nothing when it is not one (OpenStack has a `swift` too) or does not start.
swift_version_of() {
  "$1" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1
}

# Puts the first toolchain that is new enough at the head of PATH. Sets swift_rejected to what was found and not taken.
find_swift() {
  local candidate candidates version
  swift_rejected=""
  if [ -n "${PAGEBENCH_SWIFT:-}" ]; then
    candidates=("$PAGEBENCH_SWIFT")
  else
    # An unmatched pattern stays as it is and is then not executable.
    candidates=(
      "$(command -v swift || true)" /opt/swift*/usr/bin/swift /usr/local/swift*/usr/bin/swift
      "$HOME/.local/share/swiftly/bin/swift" "$HOME/.swiftly/bin/swift"
    )
  fi
  for candidate in "${candidates[@]}"; do
    [ -x "$candidate" ] || continue
    version="$(swift_version_of "$candidate")"
    # In version order already: the minimum is not newer.
    if [ -n "$version" ] && printf '%s\n' "$minimum_swift" "$version" | sort -V -C; then
      PATH="$(cd "$(dirname "$candidate")" && pwd):$PATH"
      # Scripts called from here need not search again.
      export PATH PAGEBENCH_SWIFT="$candidate"
      return 0
    fi
    swift_rejected="$swift_rejected$candidate is ${version:-no working Swift}; "
  done
  return 1
}

require_swift() {
  find_swift || give_up "found no Swift $minimum_swift or newer${swift_rejected:+ (${swift_rejected%; })}" "" \
    "install Swift 6.3 as https://www.swift.org/install/linux/ says, then run this again with 'swift' on PATH"
}
