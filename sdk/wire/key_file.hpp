// SPDX-License-Identifier: Apache-2.0
// Files with one key in them: read within a bound, made whole or not at all, and never over one that is there. Blocks.
#pragma once

#include <sys/types.h>

#include <stdexcept>
#include <string>

#include "wire/signing.hpp"

namespace junctor::wire {

/// Its text names the file, what was found and the mend. It never has a secret in it.
class KeyFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A descriptor that closes on every way out.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_{fd} {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Is it there? Yes, too, for what cannot be looked at.
bool key_file_exists(const std::string& path);
/// Who else may be allowed to read it.
enum class Readers { kAny, kOwnerAlone };
/// The text of a regular file. Whoever reads a secret wipes it. Throws KeyFileError.
std::string read_key_file(const std::string& path, Readers readers = Readers::kAny);
/// The pair behind a file with a secret key. Throws KeyFileError.
SigningKeys read_secret_key(const std::string& path, Readers readers = Readers::kAny);
/// The file is there whole or not at all, also behind a power cut. Throws KeyFileError, where one is there, too.
void write_key_file(const std::string& path, const std::string& text, mode_t mode);
/// The same for the secret half of `keys`, for its owner's eyes alone.
void write_secret_key(const std::string& path, const SigningKeys& keys);

}  // namespace junctor::wire
