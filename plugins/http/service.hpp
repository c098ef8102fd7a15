// SPDX-License-Identifier: Apache-2.0
// http/1 as the boundary has it, in front of a Core.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core.hpp"
#include "junctor/service/http.h"

namespace junctor::http {

class Service {
 public:
  explicit Service(Core& core) : core_{core} {}

  static const jct_http_service& table();
  /// Where it listens; set before users start.
  std::vector<jct_addr> addresses;
  Core& core() { return core_; }

  jct_status add(const jct_http_route* raw, jct_handle* out);
  jct_status add(const jct_http_directory* raw, jct_handle* out);
  void unroute(jct_handle handle);
  jct_status serve(jct_handle stream, const jct_conn_info& info, std::string_view scope);

 private:
  jct_status told(jct_status status, const std::string& why) const;

  Core& core_;
};

}  // namespace junctor::http
