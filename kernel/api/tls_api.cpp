// SPDX-License-Identifier: Apache-2.0
// junctor.tls/1. [any]
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>

#include "api/host.hpp"
#include "api/tables.hpp"

namespace junctor::api {
namespace {

std::string text_of(jct_str text) { return text.size == 0 ? std::string{} : std::string{text.data, text.size}; }

/// A key does not stay in memory that is given back.
struct Given {
  Given(std::string name, jct_str certificate, jct_str key)
      : material{std::move(name), text_of(certificate), "its key", text_of(key)} {}
  ~Given() { OPENSSL_cleanse(material.key.data(), material.key.size()); }
  Given(const Given&) = delete;
  Given& operator=(const Given&) = delete;
  net::TlsMaterial material;
};

template <class Body>
jct_status taking(jct_error* error, Body body) {
  try {
    body();
    return JCT_OK;
  } catch (const std::exception& e) {
    if (error != nullptr) {
      error->code = JCT_E_ARG;
      const size_t size = std::min(std::strlen(e.what()), sizeof error->text - 1);
      std::memcpy(error->text, e.what(), size);
      error->text[size] = '\0';
    }
    return JCT_E_ARG;
  }
}

jct_status publish_certificate(const jct_host* raw, jct_str chain, jct_str key, jct_error* error) {
  Host& host = Host::of(raw);
  const Given given{"the certificate", chain, key};
  return taking(error, [&] { host.kernel().issued.publish(&host, host.instance(), given.material); });
}

jct_status challenge(const jct_host* raw, jct_str name, jct_str certificate, jct_str key, jct_error* error) {
  Host& host = Host::of(raw);
  const Given given{text_of(name), certificate, key};
  return taking(error, [&] { host.kernel().issued.challenge(&host, given.material); });
}

void end_challenge(const jct_host* raw, jct_str name) {
  Host& host = Host::of(raw);
  host.kernel().issued.end_challenge(&host, text_of(name));
}

}  // namespace

const jct_tls_api& tls_api() {
  static constexpr jct_tls_api kApi{sizeof(jct_tls_api), 0, publish_certificate, challenge, end_challenge};
  return kApi;
}

}  // namespace junctor::api
