// SPDX-License-Identifier: Apache-2.0
// API calls that come through signalling (protocol.md 6.9): the same routes, whole bodies, never compressed. A call
// lives on its channel's loop, until it is answered.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core.hpp"
#include "junctor/services.hpp"

namespace junctor::http {

class SignalCalls {
 public:
  SignalCalls(Core& core, const Signal& signal);
  ~SignalCalls();

  /// A serialised HttpProxyRequest. A negative answer closes the channel.
  jct_status on_message(const jct_channel& channel, std::string_view message);
  /// Answers those that have waited too long. Once a tick of the loop.
  void look(Duration now);
  /// Of this loop.
  bool any() { return !here().empty(); }

 private:
  class Call;
  using Calls = std::unordered_map<Call*, std::unique_ptr<Call>>;

  Calls& here() { return *calls_[core_.host.current_loop()]; }
  void say(const jct_channel& channel, const Response& response);
  void fail(const jct_channel& channel, std::string_view why);

  Core& core_;
  const Signal& signal_;
  std::vector<std::unique_ptr<Calls>> calls_;  // by loop
};

}  // namespace junctor::http
