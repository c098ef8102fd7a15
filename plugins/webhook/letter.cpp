// SPDX-License-Identifier: Apache-2.0
#include "letter.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <vector>

#include "junctor/json.hpp"
#include "junctor/result.hpp"

namespace junctor::webhook {
namespace {

constexpr std::string_view kMark = "whsec_";

std::string base64(const unsigned char* data, size_t size) {
  std::string out((size + 2) / 3 * 4 + 1, '\0');
  out.resize(
      static_cast<size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), data, static_cast<int>(size))));
  return out;
}

std::optional<std::string> unbase64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  out.resize(static_cast<size_t>(size) - padding);
  return out;
}

std::string rfc3339(uint64_t wall) {
  const auto seconds = static_cast<std::time_t>(wall / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string millis = std::to_string(wall / 1000 % 1000);
  millis.insert(0, 3 - millis.size(), '0');
  return std::string{text.data(), size} + "." + millis + "Z";
}

}  // namespace

std::string body_of(const jct_event& event) {
  json::Object data;
  data.set("instance", view(event.instance));
  for (uint64_t i = 0; i < event.count; ++i) data.set(event.fields[i].key, view(event.fields[i].value));
  return json::Object{}
      .set("type", view(event.name))
      .set("timestamp", rfc3339(event.wall))
      .set_raw("data", data.text())
      .text();
}

std::optional<std::string> signing_key(const std::string& secret) {
  if (!secret.starts_with(kMark)) return secret;
  return unbase64(std::string_view{secret}.substr(kMark.size()));
}

std::string signature(const std::string& key, const std::string& id, int64_t timestamp, const std::string& body) {
  const std::string text = id + "." + std::to_string(timestamp) + "." + body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac.data(), &size);
  return "v1," + base64(mac.data(), size);
}

}  // namespace junctor::webhook
