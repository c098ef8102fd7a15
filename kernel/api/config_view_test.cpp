// SPDX-License-Identifier: Apache-2.0
// What a plugin reads of its configuration, and the answers to what it asks wrongly.
#include "api/config_view.hpp"

#include <doctest/doctest.h>

#include "config/conf_dir.hpp"
#include "config/test_schemas.hpp"

using namespace junctor;

namespace {

struct View {
  explicit View(const std::string& text) {
    const config::Checked checked = config::check(
        {{"site.toml", "[kernel]\nbase_port = 4000\ndata_dir = \"/data\"\n" + text}}, {}, config::testing::plugins());
    REQUIRE(checked.snapshot);
    view = api::make_config(checked.snapshot, checked.snapshot->instances.front());
  }
  int64_t number(const char* name, jct_status expected = JCT_OK) const {
    int64_t out = -1;
    CHECK(api::config_api().get_int(view.get(), name, &out) == expected);
    return out;
  }
  std::string text(const char* name, jct_status expected = JCT_OK) const {
    jct_str out{};
    CHECK(api::config_api().get_str(view.get(), name, &out) == expected);
    return {out.data == nullptr ? "" : out.data, out.size};
  }
  std::unique_ptr<jct_config> view;
};

const jct_config_api& abi() { return api::config_api(); }

}  // namespace

TEST_CASE("numbers come in their units and texts as they were written") {
  const View view{"[relay]\nwait = \"45s\"\nverbose = true\nmode = \"copy\"\nkey = \"hush\"\n"};
  CHECK(view.number("wait") == 45'000'000'000);
  CHECK(view.number("verbose") == 1);
  CHECK(view.number("max_waiting") == 10'000);
  CHECK(view.number("rate") == 128'000'000);
  CHECK(view.number("buffer") == 65'536);
  CHECK(view.text("mode") == "copy");
  CHECK(view.text("key") == "hush");
}

TEST_CASE("unknown names, other types and options without a value are told apart") {
  const View view{"[relay]\n"};
  view.number("nothing", JCT_E_NOT_FOUND);
  view.text("nothing", JCT_E_NOT_FOUND);
  view.text(nullptr, JCT_E_NOT_FOUND);
  view.number("mode", JCT_E_ARG);
  view.text("wait", JCT_E_ARG);
  view.text("key", JCT_E_NOT_FOUND);  // optional, and not given
}

TEST_CASE("lists are counted and read by index, and no further") {
  const View view{"[relay]\nallow = [\"10.0.0.0/8\", \"192.168.1.7\"]\n"};
  uint64_t count = 0;
  CHECK(abi().count(view.view.get(), "allow", &count) == JCT_OK);
  CHECK(count == 2);
  jct_str text{};
  CHECK(abi().str_at(view.view.get(), "allow", 1, &text) == JCT_OK);
  CHECK(std::string{text.data, text.size}.substr(0, 11) == "192.168.1.7");
  CHECK(abi().str_at(view.view.get(), "allow", 2, &text) == JCT_E_ARG);
  int64_t number = 0;
  CHECK(abi().int_at(view.view.get(), "allow", 0, &number) == JCT_E_ARG);
  CHECK(abi().count(view.view.get(), "wait", &count) == JCT_E_ARG);
  CHECK(abi().count(view.view.get(), "nothing", &count) == JCT_E_NOT_FOUND);
}

TEST_CASE("records are configurations of their own") {
  const View view{
      "[holepunch]\n[[holepunch.relay]]\nhost = \"a.example:P+1\"\n[[holepunch.relay]]\nhost = \"b.example:1\"\nweight "
      "= 5\n[auth_key]\nmode = \"open\"\n"};
  const jct_config* second = nullptr;
  REQUIRE(abi().record_at(view.view.get(), "relay", 1, &second) == JCT_OK);
  int64_t weight = 0;
  CHECK(abi().get_int(second, "weight", &weight) == JCT_OK);
  CHECK(weight == 5);
  const jct_config* first = nullptr;
  REQUIRE(abi().record_at(view.view.get(), "relay", 0, &first) == JCT_OK);
  jct_str host{};
  CHECK(abi().get_str(first, "host", &host) == JCT_OK);
  CHECK(std::string{host.data, host.size} == "a.example:4001");
  CHECK(abi().record_at(view.view.get(), "relay", 2, &first) == JCT_E_ARG);
  CHECK(abi().record_at(view.view.get(), "nothing", 0, &first) == JCT_E_NOT_FOUND);
}

TEST_CASE("the kernel's shared values and the instance's name are there, and no others") {
  const View view{"[relay-eu]\nplugin = \"relay\"\n"};
  int64_t port = 0;
  CHECK(abi().kernel_int(view.view.get(), "base_port", &port) == JCT_OK);
  CHECK(port == 4000);
  CHECK(abi().kernel_int(view.view.get(), "workers", &port) == JCT_E_NOT_FOUND);
  jct_str text{};
  CHECK(abi().kernel_str(view.view.get(), "data_dir", &text) == JCT_OK);
  CHECK(std::string{text.data, text.size} == "/data");
  CHECK(abi().kernel_str(view.view.get(), "user", &text) == JCT_E_NOT_FOUND);
  const jct_str name = abi().instance(view.view.get());
  CHECK(std::string{name.data, name.size} == "relay-eu");
}
