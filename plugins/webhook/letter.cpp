// SPDX-License-Identifier: Apache-2.0
#include "letter.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <ctime>

#include "junctor/json.hpp"
#include "junctor/result.hpp"
#include "wire/base64.hpp"

namespace junctor::webhook {
namespace {

constexpr std::string_view kMark = "whsec_";

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
  const auto key = wire::decode_base64(std::string_view{secret}.substr(kMark.size()));
  return key && !key->empty() ? key : std::nullopt;
}

std::string signature(const std::string& key, const std::string& id, int64_t timestamp, const std::string& body) {
  const std::string text = id + "." + std::to_string(timestamp) + "." + body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac.data(), &size);
  return "v1," + wire::encode_base64({reinterpret_cast<const char*>(mac.data()), size});
}

}  // namespace junctor::webhook
