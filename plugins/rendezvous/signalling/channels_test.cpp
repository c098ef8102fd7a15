// SPDX-License-Identifier: Apache-2.0
// Tests of Channels and Handlers.
#include "signalling/channels.hpp"

#include <doctest/doctest.h>

#include <set>

#include "rendezvous/test_values.hpp"
#include "signalling/handlers.hpp"

namespace junctor::rendezvous {
namespace {

struct Table {
  explicit Table(uint32_t loop = 3, size_t max = 100) : limit{max}, channels{loop, total, limit} {}
  jct_handle attach() {
    const Channels::Entry* entry = channels.attach(test::tcp_from("198.51.100.1:5000", 0), {}, this, 0);
    return entry == nullptr ? 0 : entry->channel.handle;
  }
  std::atomic<size_t> total{0};
  std::atomic<size_t> limit;
  Channels channels;
};

TEST_CASE("a channel is found by its handle, which says its loop and is never 0") {
  Table table{3};
  const jct_handle handle = table.attach();
  CHECK(handle != 0);
  CHECK(Channels::loop_of(handle) == 3);
  REQUIRE(table.channels.find(handle) != nullptr);
  CHECK(table.channels.find(handle)->channel.handle == handle);
  CHECK(table.channels.find(0) == nullptr);
}

TEST_CASE("a handle stays stale when its place is used again") {
  Table table;
  const jct_handle old_handle = table.attach();
  table.channels.detach(old_handle);
  const jct_handle new_handle = table.attach();
  CHECK(new_handle != old_handle);
  CHECK(table.channels.find(old_handle) == nullptr);
  table.channels.detach(old_handle);
  CHECK(table.channels.find(new_handle) != nullptr);
  CHECK(table.channels.size() == 1);
}

TEST_CASE("a handle of another loop is not found") {
  Table here{1}, there{2};
  CHECK(here.channels.find(there.attach()) == nullptr);
}

TEST_CASE("the bound holds over the channels of all loops together") {
  std::atomic<size_t> total{0};
  std::atomic<size_t> limit{2};
  Channels first{0, total, limit}, second{1, total, limit};
  int self = 0;
  const auto* one = first.attach({}, {}, &self, 0);
  REQUIRE(one != nullptr);
  REQUIRE(second.attach({}, {}, &self, 0) != nullptr);
  CHECK(second.attach({}, {}, &self, 0) == nullptr);
  first.detach(one->channel.handle);
  CHECK(second.attach({}, {}, &self, 0) != nullptr);
}

jct_status note(void* context, const jct_channel*, uint32_t kind, jct_bytes) {
  static_cast<std::multiset<uint32_t>*>(context)->insert(kind);
  return JCT_OK;
}

TEST_CASE("each kind goes to its own handler, and to nobody where there is none") {
  Handlers handlers;
  std::multiset<uint32_t> a, b;
  CHECK(handlers.add(8, &note, &a) == JCT_OK);
  CHECK(handlers.add(19, &note, &b) == JCT_OK);
  CHECK(handlers.dispatch({}, 8, "") == JCT_OK);
  CHECK(handlers.dispatch({}, 19, "") == JCT_OK);
  CHECK(handlers.dispatch({}, 20, "") == JCT_E_NOT_FOUND);
  CHECK(handlers.dispatch({}, 0, "") == JCT_E_NOT_FOUND);
  CHECK(handlers.dispatch({}, 1000, "") == JCT_E_NOT_FOUND);
  CHECK(a == std::multiset<uint32_t>{8});
  CHECK(b == std::multiset<uint32_t>{19});
}

TEST_CASE("a kind has one handler, and only its holder gives it up") {
  Handlers handlers;
  std::multiset<uint32_t> a, b;
  CHECK(handlers.add(8, &note, &a) == JCT_OK);
  CHECK(handlers.add(8, &note, &b) == JCT_E_EXISTS);
  CHECK(handlers.add(5, &note, &b) == JCT_E_ARG);
  CHECK(handlers.add(9, nullptr, &b) == JCT_E_ARG);
  handlers.remove(8, &b);
  CHECK(handlers.dispatch({}, 8, "") == JCT_OK);
  handlers.remove(8, &a);
  CHECK(handlers.dispatch({}, 8, "") == JCT_E_NOT_FOUND);
  CHECK(handlers.add(8, &note, &b) == JCT_OK);
}

}  // namespace
}  // namespace junctor::rendezvous
