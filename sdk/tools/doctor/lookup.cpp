// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/lookup.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include "wire/names.hpp"

namespace junctor::tools::doctor {
namespace {

NameSeen ask_resolver(const std::string& host) {
  NameSeen seen;
  for (const Address& address : wire::look_up_name(host, &seen.error)) {
    const auto end = seen.addresses.end();
    if (std::find(seen.addresses.begin(), end, address) == end) seen.addresses.push_back(address);
  }
  return seen;
}

}  // namespace

NameSeen look_up(const std::string& host, Millis patience) {
  if (const auto literal = Address::parse_ip(host)) return {{*literal}, "", Millis{0}};
  const auto start = std::chrono::steady_clock::now();
  // The resolver knows no deadline: where it takes too long its thread is left to itself.
  const auto promise = std::make_shared<std::promise<NameSeen>>();
  std::future<NameSeen> answer = promise->get_future();
  std::thread{[promise, host] { promise->set_value(ask_resolver(host)); }}.detach();
  NameSeen seen;
  if (answer.wait_for(patience) == std::future_status::ready) {
    seen = answer.get();
  } else {
    seen.error = "the resolver does not answer";
  }
  seen.took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - start);
  return seen;
}

}  // namespace junctor::tools::doctor
