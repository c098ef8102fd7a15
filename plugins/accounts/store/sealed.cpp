// SPDX-License-Identifier: Apache-2.0
// XChaCha20-Poly1305 of libsodium; 24 random bytes of nonce stand before the sealed ones.
#include "accounts/store/sealed.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>
#include <junctor/result.hpp>

#include <cerrno>
#include <cstring>

namespace junctor::accounts {
namespace {

constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const uint8_t* data(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }
uint8_t* data(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error{JCT_E_IO, path + ": " + what + "; it must be a file of 32 bytes that this user alone may read"};
}

std::array<uint8_t, Sealer::kKeySize> make_key(const std::string& path) {
  std::array<uint8_t, Sealer::kKeySize> key{};
  randombytes_buf(key.data(), key.size());
  const std::string part = path + ".part";
  unlink(part.c_str());
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) fail(path, std::string{"cannot create it: "} + std::strerror(errno));
  const bool stored = write(fd, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(fd) == 0;
  const int cause = errno;
  close(fd);
  if (!stored) fail(path, std::string{"cannot write it: "} + std::strerror(cause));
  if (link(part.c_str(), path.c_str()) != 0) fail(path, std::string{"cannot create it: "} + std::strerror(errno));
  unlink(part.c_str());
  return key;
}

}  // namespace

Sealer::~Sealer() { sodium_memzero(key_.data(), key_.size()); }

Sealer Sealer::from_file(const std::string& path) {
  if (sodium_init() < 0) throw Error{JCT_E_FAULT, "libsodium cannot start"};
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return Sealer{make_key(path)};
  if (fd < 0) fail(path, std::string{"cannot read it: "} + std::strerror(errno));
  std::array<uint8_t, kKeySize + 1> found{};
  const ssize_t size = read(fd, found.data(), found.size());
  close(fd);
  if (size != static_cast<ssize_t>(kKeySize)) fail(path, "it has another length");
  std::array<uint8_t, kKeySize> key{};
  std::memcpy(key.data(), found.data(), key.size());
  return Sealer{key};
}

std::string Sealer::seal(std::string_view plain, std::string_view place) const {
  if (plain.empty()) return {};
  std::string out(kNonce + plain.size() + kTag, '\0');
  randombytes_buf(out.data(), kNonce);
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(data(out) + kNonce, &written, data(plain), plain.size(), data(place),
                                             place.size(), nullptr, data(out), key_.data());
  out.resize(kNonce + written);
  return out;
}

std::optional<std::string> Sealer::open(std::string_view sealed, std::string_view place) const {
  if (sealed.empty()) return std::string{};
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  std::string out(sealed.size() - kNonce - kTag, '\0');
  unsigned long long written = 0;
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(data(out), &written, nullptr, data(sealed) + kNonce,
                                                                sealed.size() - kNonce, data(place), place.size(),
                                                                data(sealed), key_.data());
  return failed != 0 ? std::nullopt : std::optional{out};
}

std::string Sealer::mark(std::string_view text, std::string_view place) const {
  std::string both = std::string{place} + '\0' + std::string{text};
  std::string out(crypto_generichash_BYTES, '\0');
  crypto_generichash(data(out), out.size(), data(both), both.size(), key_.data(), key_.size());
  return out;
}

std::string hash_of(std::string_view secret) {
  std::string out(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(data(out), data(secret), secret.size());
  return out;
}

std::string random_token(std::string_view prefix) {
  std::array<uint8_t, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  char text[sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
  sodium_bin2base64(text, sizeof text, bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return std::string{prefix} + text;
}

std::string new_guid() {
  std::array<uint8_t, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  char hex[33];
  sodium_bin2hex(hex, sizeof hex, bytes.data(), bytes.size());
  const std::string all = hex;
  return all.substr(0, 8) + '-' + all.substr(8, 4) + '-' + all.substr(12, 4) + '-' + all.substr(16, 4) + '-' +
         all.substr(20);
}

}  // namespace junctor::accounts
