// SPDX-License-Identifier: Apache-2.0
#include "browser.hpp"

#include <Poco/JSON/Parser.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <array>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <vector>

namespace junctor::web {

using testing::Millis;

namespace {

/// SHA-256 of the certificate's public key (its SubjectPublicKeyInfo), in base64: how Chromium is told of one.
std::string fingerprint(const testing::Certificate& pair) {
  BIO* bio = BIO_new_mem_buf(pair.certificate.data(), static_cast<int>(pair.certificate.size()));
  X509* x = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(der, static_cast<size_t>(size), digest.data());
  OPENSSL_free(der);
  X509_free(x);
  std::array<unsigned char, 64> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {text.begin(), text.begin() + length};
}

/// Of `[...:INFO:CONSOLE:12] "result {...}", source: ...`, the object.
std::optional<std::string> result_of(const std::string& log) {
  const std::string begin = "\"result {", end = "}\", source: ";
  const size_t from = log.find(begin);
  if (from == std::string::npos) return std::nullopt;
  const size_t until = log.find(end, from);
  if (until == std::string::npos) return std::nullopt;
  return log.substr(from + begin.size() - 1, until - from - begin.size() + 2);
}

}  // namespace

Browser::Browser(const std::string& url, uint16_t port, const testing::Certificate& pair) {
  const std::vector<std::string> argv{
      "env",
      "HOME=" + dir_.path(),  // not the one of whoever runs this
      "TMPDIR=" + dir_.path(),
      kChromium,
      "--headless",
      "--no-sandbox",  // which does not run as root; the page is ours
      "--disable-gpu",
      "--disable-dev-shm-usage",  // 64 MiB in a container
      "--incognito",  // else its cache is still written when the browser has ended, and its directory is gone
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--user-data-dir=" + dir_.file("profile"),
      "--ignore-certificate-errors-spki-list=" + fingerprint(pair),
      "--host-resolver-rules=MAP rd.example.org:443 127.0.0.1:" + std::to_string(port) +
          ", MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      "--enable-logging=stderr",
      url};
  process_ = std::make_unique<testing::Process>(argv, dir_.file("out"), dir_.file("log"));
}

Browser::~Browser() {
  process_->signal(SIGTERM);  // so that it ends its own processes
  process_->wait();
}

Poco::JSON::Object::Ptr Browser::result() {
  testing::eventually([&] { return result_of(log()) || !process_->running(); }, Millis{60'000});
  const auto text = result_of(log());
  if (!text) throw std::runtime_error{"no result from the page:\n" + log()};
  return Poco::JSON::Parser{}.parse(*text).extract<Poco::JSON::Object::Ptr>();
}

}  // namespace junctor::web
