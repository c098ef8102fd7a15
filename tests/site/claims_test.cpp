// SPDX-License-Identifier: Apache-2.0
// What plugins say beforehand of the routes that they will have: it is what a running server has, and where two want
// the same, or the server that one names is not there, `junctord --check` says so with file and line. One thread.
#include <dlfcn.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "junctor/claims.h"
#include "junctor/testing/fake_config.hpp"
#include "site.hpp"
#include "support/clients.hpp"

namespace junctor::site {
namespace {

using testing::Finished;

/// What a plugin's own descriptor claims of http/1 with these settings.
std::set<std::string> claims_of(const std::string& name, const testing::Settings& settings) {
  const std::string file = std::string{JUNCTOR_TEST_PLUGINS} + "/" + name + ".so";
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  REQUIRE_MESSAGE(handle != nullptr, file);
  const auto entry = reinterpret_cast<jct_entry>(::dlsym(handle, JCT_ENTRY_NAME));
  REQUIRE((entry != nullptr));
  const jct_plugin& descriptor = *entry();
  REQUIRE(descriptor.size >= sizeof(jct_claiming_plugin));
  const auto& plugin = reinterpret_cast<const jct_claiming_plugin&>(descriptor);
  const testing::FakeConfig config{name, descriptor.options, descriptor.option_count, settings};
  std::set<std::string> claims;
  const jct_claims out{sizeof out, 0, &claims, [](void* self, jct_str service, jct_str what, jct_str) {
                         if (view(service) == "http/1") static_cast<std::set<std::string>*>(self)->emplace(view(what));
                       }};
  jct_error error{sizeof(jct_error), JCT_OK, {}};
  REQUIRE_MESSAGE(plugin.claims(testing::FakeConfig::table(), config.raw(), &out, &error) == JCT_OK, error.text);
  return claims;
}

/// Parameters without their names, as claims have them.
std::string nameless(const std::string& pattern) {
  std::string out;
  bool inside = false;
  for (const char c : pattern) {
    inside = inside && c != '}';
    if (!inside) out += c;
    inside = inside || c == '{';
  }
  return out;
}

/// What `junctorctl http` shows of that owner.
std::set<std::string> routes_of(Site& site, const std::string& owner) {
  std::set<std::string> routes;
  for (const auto& row : site.server().ctl("http").rows()) {
    if (row->getValue<std::string>("owner") != owner || !row->getValue<std::string>("scope").empty()) continue;
    std::istringstream methods{row->getValue<std::string>("methods")};
    for (std::string method; std::getline(methods, method, ',');) {
      routes.insert(method + " " + nameless(row->getValue<std::string>("path")));
    }
  }
  return routes;
}

/// Elements that only the first has.
std::string only(const std::set<std::string>& first, const std::set<std::string>& second) {
  std::string out;
  for (const std::string& one : first) out += second.count(one) == 0 ? one + "; " : "";
  return out;
}

Finished check(const std::string& conf) {
  Site site;
  site.server().conf("50-web", conf);
  return testing::run_junctord(site.server().arguments({"--check"}));
}

bool says(const Finished& done, const std::string& place, const std::string& text) {
  std::istringstream lines{done.err};
  for (std::string line; std::getline(lines, line);) {
    if (line.find("50-web.toml:" + place + ":") != std::string::npos && line.find(text) != std::string::npos)
      return true;
  }
  return false;
}

}  // namespace

TEST_CASE("what plugins claim of the HTTP server is what they have when it runs") {
  const std::string pages = "pages";
  Site site;
  site.server().files().write(pages + "/index.html", "<!doctype html>");
  const std::string directory = site.server().files().file(pages);
  site.server().conf("50-web",
                     "[http]\n[ws_bridge]\n[metrics]\nlisten = []\n[accounts]\npassword_memory = \"1MiB\"\n[console]\n"
                     "files = \"" +
                         directory +
                         "\"\n[acme]\nnames = [\"rd.example.org\"]\ndirectory = \"https://127.0.0.1:9/\"\n");
  site.start();
  const std::pair<const char*, testing::Settings> users[] = {{"ws_bridge", {}},
                                                             {"metrics", {{"listen", ""}}},
                                                             {"accounts", {}},
                                                             {"console", {{"files", directory}}},
                                                             {"acme", {{"names", "rd.example.org"}}}};
  for (const auto& user : users) {
    const std::string name = user.first;
    CAPTURE(name);
    const auto claims = claims_of(name, user.second);
    const auto routes = routes_of(site, name);
    CHECK_FALSE(routes.empty());
    CHECK(only(claims, routes) == "");  // claimed, and not there
    CHECK(only(routes, claims) == "");  // there, and not claimed
  }
  CHECK(claims_of("metrics", {}).empty());  // a listener of its own
}

TEST_CASE("--check: two instances that want one route of one server, and the mend") {
  const Finished done = check("[http]\n[metrics]\nlisten = []\n\n[more]\nplugin = \"metrics\"\nlisten = []\n");
  CHECK(done.code == 1);
  CHECK(says(done, "7", "[more] wants GET /metrics of [http], which [metrics] ("));
  CHECK(says(done, "7", "50-web.toml:2) has, and 2 more that it has; give one of them another http (http = \"NAME\")"));
  CHECK(check("[http]\n[http-private]\nplugin = \"http\"\nlisten = [\"127.0.0.1:0\"]\nsignalling = false\n"
              "[metrics]\nlisten = []\nhttp = \"http\"\n[more]\nplugin = \"metrics\"\nlisten = []\nhttp = "
              "\"http-private\"\n")
            .code == 0);
}

TEST_CASE("--check: two servers that both answer calls through signalling") {
  const Finished done = check("[http]\n\n[http-private]\nplugin = \"http\"\nlisten = [\"127.0.0.1:0\"]\n");
  CHECK(done.code == 1);
  CHECK(says(done, "3", "[http-private] wants HttpProxyRequest of [rendezvous], which [http] ("));
  CHECK(says(done, "3", "or change signalling of one"));
}

TEST_CASE("--check: a server that is not there, is switched off, or is not named where there are two") {
  CHECK(says(check("[http]\n[metrics]\nhttp = \"http-privat\"\n"), "3",
             "\"http\" in [metrics]: there is no instance \"http-privat\""));
  CHECK(says(check("[http]\nenabled = false\n[metrics]\nhttp = \"http\"\n"), "4",
             "the instance \"http\" is not enabled"));
  CHECK(says(check("[metrics]\n"), "1", "[metrics] needs the service http/1, which no enabled plugin provides"));
  CHECK(says(check("[http]\nenabled = false\n[metrics]\n"), "3", "[http] ("));
  CHECK(says(check("[ws_bridge]\nhttp = \"relay\"\n"), "2", "the instance \"relay\" does not provide http"));
  CHECK(says(check("[http]\n[http-b]\nplugin = \"http\"\nlisten = [\"127.0.0.1:0\"]\nsignalling = false\n[metrics]\n"),
             "6", "say which: http = \"http\""));
}

TEST_CASE("a reload that would make two want one route is refused, and everything goes on") {
  Site site;
  site.server().conf("50-web", "[http]\n[metrics]\nlisten = []\n");
  site.start();
  site.server().conf("60-more", "[more]\nplugin = \"metrics\"\nlisten = []\n");
  const auto refused = site.server().ctl("reload");
  CHECK_FALSE(refused.ok);
  CHECK(refused.error.find("[more] wants GET /metrics of [http]") != std::string::npos);
  testing::LineClient client{"127.0.0.1", site.server().port(-2)};
  CHECK(client.ask("GET /healthz HTTP/1.1\r\nHost: h\r\n\r") == "HTTP/1.1 200 OK\r");
}

}  // namespace junctor::site
