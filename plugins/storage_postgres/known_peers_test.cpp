// SPDX-License-Identifier: Apache-2.0
// What is remembered of peers, and what is not taken for newer than it is.
#include "storage_postgres/known_peers.hpp"

#include <doctest/doctest.h>

namespace junctor::storage::postgres {
namespace {

Peer named(const std::string& id, const std::string& pk = "pk", int64_t created_at = 7) {
  return {id, "uuid", pk, "198.51.100.7", created_at};
}

TEST_CASE("what was stored is known: puts, renames and removals") {
  KnownPeers known{1 << 20};
  CHECK_FALSE(known.find("a").has_value());
  known.stored(PutPeer{named("a")});
  CHECK(known.find("a")->pk == "pk");
  known.stored(PutPeer{named("a", "other", 0)});
  CHECK(known.find("a")->pk == "other");
  CHECK(known.find("a")->created_at == 7);
  known.stored(RenamePeer{"a", "b", "uuid"});
  CHECK_FALSE(known.find("a").has_value());
  CHECK(known.find("b")->id == "b");
  CHECK(known.find("b")->pk == "other");
  known.stored(RenamePeer{"unknown", "b", "uuid"});
  CHECK_FALSE(known.find("b").has_value());
  known.stored(PutPeer{named("c")});
  known.stored(RemovePeer{"c"});
  CHECK_FALSE(known.find("c").has_value());
}

TEST_CASE("a read that began before a change says nothing about it") {
  KnownPeers known{1 << 20};
  const uint64_t before = known.age();
  known.stored(PutPeer{named("a", "new")});
  known.read(named("a", "old"), before);
  CHECK(known.find("a")->pk == "new");
  known.read_nothing("a", before);
  CHECK(known.find("a").has_value());
  known.read(named("a", "newer"), known.age());
  CHECK(known.find("a")->pk == "newer");
  known.read_nothing("a", known.age());
  CHECK_FALSE(known.find("a").has_value());
}

TEST_CASE("beyond the bound who was asked for longest ago is forgotten") {
  KnownPeers known{3'000};
  for (int i = 0; i < 100; ++i) {
    known.stored(PutPeer{named(std::to_string(i))});
    CHECK(known.find("0").has_value());
  }
  CHECK(known.find("99").has_value());
  CHECK_FALSE(known.find("1").has_value());
  KnownPeers nothing{0};
  nothing.stored(PutPeer{named("a")});
  CHECK_FALSE(nothing.find("a").has_value());
}

}  // namespace
}  // namespace junctor::storage::postgres
