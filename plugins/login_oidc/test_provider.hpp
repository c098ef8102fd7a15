// SPDX-License-Identifier: Apache-2.0
// For tests: oidc-provider from npm behind a front that spoils what the test wants spoilt (tests/login/provider.mjs).
// One thread.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "fetch.hpp"
#include "support/certificate.hpp"
#include "support/process.hpp"
#include "support/scale.hpp"
#include "support/temp_dir.hpp"

namespace junctor::login_oidc {

class TestProvider {
 public:
  explicit TestProvider(const std::string& callback) {
    const testing::Certificate pair = testing::make_certificate("localhost");
    certificate = dir_.write("cert.pem", pair.certificate);
    process_ = std::make_unique<testing::Process>(
        std::vector<std::string>{"node", JUNCTOR_TEST_OIDC_PROVIDER "/provider.mjs", dir_.path(), certificate,
                                 dir_.write("key.pem", pair.key), callback},
        dir_.file("out"), dir_.file("err"));
    const auto port = [this] { return testing::read_file(dir_.file("port")); };
    const bool there = testing::eventually([&] { return !port().empty() || !process_->running(); });
    REQUIRE_MESSAGE(process_->running(), testing::read_file(dir_.file("err")));
    REQUIRE(there);
    issuer = "https://localhost:" + port();
  }

  /// {"account": {...}, "spoil": "nonce", "rotate": true}
  void tell(const std::string& json) const { ask("/control", json); }
  /// A browser's way to the callback; with what it comes there.
  std::string walk(const std::string& url) const {
    std::string escaped;
    for (const char c : url) {
      constexpr char kHex[] = "0123456789ABCDEF";
      escaped += {'%', kHex[static_cast<unsigned char>(c) >> 4], kHex[static_cast<unsigned char>(c) & 15]};
    }
    return ask("/control/walk?url=" + escaped, {});
  }
  int keys_asked() const { return std::stoi(ask("/control/asked", {})); }

  std::string issuer, certificate;

 private:
  std::string ask(const std::string& path, const std::string& body) const {
    Fetcher fetcher{testing::kPatience};
    const Response said = fetcher.send({issuer + path, body, {}}, certificate);
    REQUIRE(said.status == 200);
    return said.body;
  }

  testing::TempDir dir_;
  std::unique_ptr<testing::Process> process_;
};

/// The account that the provider lets in, and nothing spoilt.
inline constexpr const char* kAda =
    R"({"spoil":"","account":{"sub":"ada-1","preferred_username":"ada","name":"Ada L.","email":"ada@example.org",)"
    R"("email_verified":true,"groups":["staff","devs"]}})";

}  // namespace junctor::login_oidc
