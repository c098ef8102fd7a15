// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "support/temp_dir.hpp"

using namespace junctor::acme;
using junctor::testing::TempDir;

TEST_CASE("what was saved is there in the next life, and nobody else may read it") {
  const TempDir dir;
  const std::string path = dir.path() + "/acme/ca.example";
  {
    const State state{path};
    CHECK_FALSE(state.order());
    CHECK_FALSE(state.issued());
    CHECK_FALSE(state.trouble());
    state.set_order({{"a.example", "b.example"}, "https://ca/order/1", "the key\nof it"});
    state.set_issued({"-----BEGIN PRIVATE KEY-----\nx\n", "-----BEGIN CERTIFICATE-----\ny\n"});
    state.set_trouble({3, 100, 600, "challenge", "it \"said\" so", "wish"});
    state.set_account_url("https://ca/account/1");
  }
  State state{path};
  REQUIRE(state.order());
  CHECK(state.order()->names == std::vector<std::string>{"a.example", "b.example"});
  CHECK(state.order()->url == "https://ca/order/1");
  CHECK(state.order()->key == "the key\nof it");
  REQUIRE(state.issued());
  CHECK(state.issued()->key == "-----BEGIN PRIVATE KEY-----\nx\n");
  CHECK(state.issued()->chain == "-----BEGIN CERTIFICATE-----\ny\n");
  REQUIRE(state.trouble());
  CHECK(state.trouble()->failures == 3);
  CHECK(state.trouble()->wait == 600);
  CHECK(state.trouble()->detail == "it \"said\" so");
  struct stat facts {};
  REQUIRE(::stat((path + "/certificate.pem").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0700);
  state.forget_order();
  state.forget_order();
  CHECK_FALSE(state.order());
}

TEST_CASE("files that were cut or written over are as good as none") {
  const TempDir dir;
  const State state{dir.path() + "/acme"};
  state.set_order({{"a.example"}, "u", "k"});
  for (const char* text : {"{", "[]", "{\"names\":[]}", "{\"names\":[\"a\"],\"url\":\"u\"}", ""}) {
    dir.write("acme/order.json", text);
    CHECK_FALSE(state.order());
  }
  dir.write("acme/certificate.pem", "-----BEGIN CERTIFICATE-----\nno key\n");
  CHECK_FALSE(state.issued());
  dir.write("acme/trouble.json", "no");
  CHECK_FALSE(state.trouble());
}

TEST_CASE("one instance at a time writes to a place") {
  const TempDir dir;
  State second{dir.path() + "/acme"};
  {
    State first{dir.path() + "/acme"};
    CHECK(first.claim());
    CHECK(first.claim());
    CHECK_FALSE(second.claim());
  }
  CHECK(second.claim());
}
