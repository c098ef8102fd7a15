// SPDX-License-Identifier: Apache-2.0
// Boost.Beast's request parser as this server uses it: one a request, where the request is.
#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "junctor/service/http.h"

namespace junctor::http {

class BeastRequest : public boost::beast::http::basic_parser<true> {
 public:
  using Code = boost::beast::error_code;
  using View = boost::beast::string_view;

  /// Bounds are this server's own: it answers in its own words.
  BeastRequest() {
    header_limit(std::numeric_limits<uint32_t>::max());
    body_limit(std::numeric_limits<uint64_t>::max());
  }

  /// As put.
  size_t feed(std::string_view bytes, Code& code) {
    fed_ = bytes;
    return put(boost::asio::buffer(bytes.data(), bytes.size()), code);
  }
  std::string_view method_name() const { return method_; }
  std::string_view target() const { return target_; }
  std::vector<jct_http_field>& fields() { return fields_; }
  /// Of the body, by the puts since it was last cleared; views into what was put.
  std::vector<std::string_view>& pieces() { return pieces_; }
  /// Of the body, announced or here.
  uint64_t body_size() const { return body_size_; }
  /// From now on a field is a trailer, which is read and dropped.
  void begin_body() {
    eager(true);
    in_body_ = true;
  }

 private:
  static bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }
  static std::string_view view(View text) { return {text.data(), text.size()}; }

  void on_request_impl(boost::beast::http::verb, View method, View target, int, Code&) override {
    method_ = view(method);
    target_ = view(target);
  }
  void on_response_impl(int, View, int, Code&) override {}
  void on_field_impl(boost::beast::http::field, View name, View value, Code& code) override {
    const std::string_view text = view(value);
    // A folded value was put together elsewhere.
    const bool folded = text.data() < fed_.data() || text.data() > fed_.data() + fed_.size();
    if (folded || std::any_of(text.begin(), text.end(), &is_control)) code = boost::beast::http::error::bad_value;
    if (!in_body_) fields_.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
  }
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<uint64_t>& length, Code&) override { body_size_ = length.value_or(0); }
  size_t on_body_impl(View body, Code&) override { return take(body); }
  /// Nobody needs extensions of chunks, and not all readers agree on where they end.
  void on_chunk_header_impl(uint64_t size, View extensions, Code& code) override {
    body_size_ += size;
    if (!extensions.empty()) code = boost::beast::http::error::bad_chunk_extension;
  }
  size_t on_chunk_body_impl(uint64_t, View body, Code&) override { return take(body); }
  void on_finish_impl(Code&) override {}

  size_t take(View body) {
    if (!body.empty()) pieces_.push_back(view(body));
    return body.size();
  }

  std::string_view fed_;
  std::string_view method_;
  std::string_view target_;
  std::vector<jct_http_field> fields_;
  std::vector<std::string_view> pieces_;
  uint64_t body_size_ = 0;
  bool in_body_ = false;
};

}  // namespace junctor::http
