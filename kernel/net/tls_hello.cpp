// SPDX-License-Identifier: Apache-2.0
#include "net/tls_hello.hpp"

#include <openssl/ssl.h>

#include <algorithm>

namespace junctor::net {
namespace {

constexpr size_t kLength = 2;  // bytes that say how long a list or a name is

std::string_view extension(SSL* ssl, unsigned type) {
  const unsigned char* data = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, type, &data, &size) != 1) return {};
  return {reinterpret_cast<const char*>(data), size};
}

/// What stands behind its own length, and is just as long; empty where it is not.
std::string_view counted(std::string_view text) {
  if (text.size() < kLength) return {};
  const size_t size =
      static_cast<size_t>(static_cast<unsigned char>(text[0])) << 8 | static_cast<unsigned char>(text[1]);
  return text.size() - kLength == size ? text.substr(kLength) : std::string_view{};
}

}  // namespace

std::string_view protocol_in(std::string_view offers, std::string_view wanted) {
  while (!offers.empty()) {
    const size_t size = static_cast<unsigned char>(offers.front());
    const std::string_view offer = offers.substr(1, size);
    if (offer == wanted) return offer;
    offers.remove_prefix(std::min(offers.size(), size + 1));
  }
  return {};
}

std::string challenged_name(ssl_st* ssl) {
  const std::string_view offers = counted(extension(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation));
  if (offers.size() != kAcmeProtocol.size() + 1 || protocol_in(offers, kAcmeProtocol).empty()) return {};
  const std::string_view names = counted(extension(ssl, TLSEXT_TYPE_server_name));
  if (names.empty() || names.front() != TLSEXT_NAMETYPE_host_name) return {};
  std::string name{counted(names.substr(1))};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

}  // namespace junctor::net
