// SPDX-License-Identifier: Apache-2.0
// From a head to an exchange: whose request it is, which route takes it, or what it is answered at once. [loop]
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core.hpp"

namespace junctor::http {

/// How a request came.
struct Way {
  jct_addr peer{};
  jct_addr local{};
  uint32_t flags = 0;        ///< JCT_HTTP_TLS, JCT_HTTP_SIGNAL, JCT_HTTP_ENCRYPTED
  bool redirects = false;    ///< to https, all but challenges
  std::string_view scope{};  ///< of a user's own listener
};

struct Admitted {
  ExchangePointer exchange;  ///< not yet open; null: `answer` is what there is to say
  Response answer;
};

/// Takes `reading` where there is an exchange.
Admitted admit(Core& core, LoopState& loop, std::unique_ptr<Reading>& reading, const Way& way);

/// The head of an answer that a fault of the request gets.
Response fault_answer(Fault fault);

/// The last touches of an answer before it leaves: conditions, compression.
void finish_answer(const OpenExchange& exchange, const LoopState& loop, Response* response);

/// What has been served, for `junctorctl http`.
void account(const Host& host, const OpenExchange& exchange, uint32_t status);

}  // namespace junctor::http
