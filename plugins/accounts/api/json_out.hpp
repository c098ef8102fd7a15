// SPDX-License-Identifier: Apache-2.0
// Writing JSON answers: objects and arrays as texts, in the order they were given. Values; any thread.
#pragma once

#include <junctor/http_text.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace junctor::accounts {

/// JsonObject{}.put("name", name).put("status", 1).raw("info", "{}").str()
class JsonObject {
 public:
  JsonObject& put(std::string_view key, std::string_view value) { return raw(key, http::json_string(value)); }
  JsonObject& put(std::string_view key, const std::string& value) { return put(key, std::string_view{value}); }
  JsonObject& put(std::string_view key, const char* value) { return put(key, std::string_view{value}); }
  template <class N>
  requires std::is_integral_v<N> JsonObject& put(std::string_view key, N value) {
    if constexpr (std::is_same_v<N, bool>)
      return raw(key, value ? "true" : "false");
    else
      return raw(key, std::to_string(value));
  }
  /// `json` is whole JSON.
  JsonObject& raw(std::string_view key, std::string_view json) {
    text_ += text_.empty() ? '{' : ',';
    text_ += http::json_string(key);
    text_ += ':';
    text_ += json;
    return *this;
  }
  std::string str() const { return text_.empty() ? "{}" : text_ + '}'; }

 private:
  std::string text_;
};

/// `elements` are whole JSON each.
inline std::string json_array(const std::vector<std::string>& elements) {
  std::string out = "[";
  for (const std::string& element : elements) {
    if (out.size() > 1) out += ',';
    out += element;
  }
  return out + ']';
}

inline std::string json_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  quoted.reserve(texts.size());
  for (const std::string& text : texts) quoted.push_back(http::json_string(text));
  return json_array(quoted);
}

}  // namespace junctor::accounts
