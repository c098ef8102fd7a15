// SPDX-License-Identifier: Apache-2.0
// Bodies of API calls: read or refused in words, never anything else, whatever they hold and whatever is asked of them.
#include <cstdint>
#include <string_view>

#include "accounts/api/body.hpp"

namespace {

template <class Fn>
void attempt(Fn&& fn) {
  try {
    fn();
  } catch (const junctor::accounts::Refused&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using junctor::accounts::Body;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  attempt([&] {
    const Body body = Body::parse(text);
    for (const auto& key : body.keys()) {
      attempt([&] { body.text(key); });
      attempt([&] { body.required_text(key); });
      attempt([&] { body.integer(key); });
      attempt([&] { body.unsigned64(key); });
      attempt([&] { body.flag(key); });
      attempt([&] { body.texts(key, 100); });
      attempt([&] { body.integers(key, 100); });
      attempt([&] { body.object(key); });
      attempt([&] { body.objects(key, 100); });
    }
  });
  attempt([&] { junctor::accounts::parse_texts(text, 100); });
  attempt([&] { junctor::accounts::parse_flag(text); });
  return 0;
}
