// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/start.hpp"

#include <doctest/doctest.h>

#include "tools/stock/test_site.hpp"
#include "tools/stock/yaml.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;
using Words = std::vector<std::string>;

constexpr const char* kUnit = R"([Unit]
Description=ID server
[Service]
Type=simple
# ExecStart=/old/hbbs
Environment="ALWAYS_USE_RELAY=Y" RUST_LOG=warn
EnvironmentFile=-/etc/default/hbbs
ExecStart=/usr/bin/hbbs -r rd.example.org \
  -k _
WorkingDirectory=/var/lib/rustdesk-server/
Restart=always
)";

constexpr const char* kCompose = R"(# the well-known shape
version: '3'
networks:
  rustdesk-net:
    external: false
services:
  hbbs:
    container_name: hbbs
    ports:
      - 21115:21115
      - 21116:21116/udp
      - "22118:21118"
    image: rustdesk/rustdesk-server:latest
    command: hbbs -r rd.example.org:21117 -k _   # the key
    environment:
      - ALWAYS_USE_RELAY=Y
      - TZ
    volumes:
      - ./data:/root
    depends_on:
      - hbbr
    restart: unless-stopped
  hbbr:
    image: rustdesk/rustdesk-server:latest
    command: ["hbbr", "-k", "_"]
    environment:
      LIMIT_SPEED: 4
      KEY: ${SITE_KEY}
    env_file: relay.env
    volumes: [ ./data:/root ]
  web:
    image: nginx
    command: nginx -g 'daemon off;'
)";

TEST_CASE("a unit gives its command, its environment and where they stand") {
  Remarks remarks;
  const auto starts = read_unit("hbbs.service", kUnit, &remarks);
  CHECK(remarks.empty());
  REQUIRE(starts.size() == 1);
  CHECK(starts[0].program == Program::kHbbs);
  CHECK(starts[0].args == Words{"-r", "rd.example.org", "-k", "_"});
  CHECK(starts[0].origin == "hbbs.service:8");
  REQUIRE(starts[0].environment.size() == 2);
  CHECK(starts[0].environment[0].name == "ALWAYS_USE_RELAY");
  CHECK(starts[0].environment[1].value == "warn");
  REQUIRE(starts[0].env_files.size() == 1);
  CHECK(starts[0].env_files[0].path == "/etc/default/hbbs");
  CHECK(starts[0].env_files[0].optional);
}

TEST_CASE("a unit of something else, or with variables, is not guessed at") {
  for (const char* text : {"[Service]\nExecStart=/usr/bin/nginx\n", "[Service]\nExecStart=hbbs $OPTIONS\n",
                           "[Service]\nExecStart=/bin/sh -c 'hbbs -k _'\n", "ExecStart=hbbs\n", ""}) {
    CAPTURE(text);
    Remarks remarks;
    CHECK(read_unit("x", text, &remarks).empty());
    CHECK_FALSE(remarks_of(remarks, Kind::kNotUnderstood).empty());
  }
}

TEST_CASE("the well-known compose file gives both servers, and names what is left out") {
  Remarks remarks;
  const auto starts = read_compose("compose.yml", kCompose, &remarks);
  REQUIRE(starts.size() == 2);
  CHECK(starts[0].args == Words{"-r", "rd.example.org:21117", "-k", "_"});
  CHECK(starts[0].origin == "compose.yml:14");
  REQUIRE(starts[0].environment.size() == 1);
  CHECK(starts[0].environment[0].origin == "compose.yml:16");
  CHECK(starts[1].program == Program::kHbbr);
  CHECK(starts[1].args == Words{"-k", "_"});
  REQUIRE(starts[1].environment.size() == 1);
  CHECK(starts[1].environment[0].name == "LIMIT_SPEED");
  REQUIRE(starts[1].env_files.size() == 1);
  CHECK(starts[1].env_files[0].path == "relay.env");
  const std::string odd = remarks_of(remarks, Kind::kNotUnderstood);
  CHECK(has(odd, "compose.yml:17: TZ is taken from the shell"));
  CHECK(has(odd, "compose.yml:28: \"${SITE_KEY}\" has a variable"));
  CHECK(has(remarks_of(remarks, Kind::kWarning), "compose.yml:12: 22118:21118"));
  CHECK(has(remarks_of(remarks, Kind::kNote), "service web is no stock server"));
}

TEST_CASE("an entrypoint and a command make one line, also as lists") {
  Remarks remarks;
  const auto starts = read_compose(
      "c", "services:\n  id:\n    entrypoint: /usr/bin/hbbs\n    command:\n    - -k\n    - '_'\n", &remarks);
  REQUIRE(starts.size() == 1);
  CHECK(starts[0].args == Words{"-k", "_"});
  CHECK(remarks.empty());
}

TEST_CASE("what YAML has beyond the known shape is named with its line, and the rest is read") {
  const char* texts[] = {
      "services:\n  id:\n    command: hbbs -k _\n    environment: &common\n      KEY: a\n",
      "services:\n  id:\n    command: hbbs -k _\n    environment:\n      <<: *common\n      PORT: 1\n",
      "services:\n  id:\n    command: hbbs -k _\n    environment: {KEY: a}\n",
      "services:\n  id:\n    command: hbbs -k _\n    x-odd: |\n      many\n      lines\n",
      "services:\n  id:\n    command: hbbs -k _\n    sysctls:\n      a: 1\n",
  };
  for (const char* text : texts) {
    CAPTURE(text);
    Remarks remarks;
    const auto starts = read_compose("c", text, &remarks);
    REQUIRE(starts.size() == 1);
    CHECK(starts[0].args == Words{"-k", "_"});
    CHECK(has(remarks_of(remarks, Kind::kNotUnderstood), "c:"));
  }
}

TEST_CASE("any text at all is read to its end") {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  for (const std::string& text : {std::string{}, std::string{":"}, std::string{"- - -"}, std::string{"a: [\"b"},
                                  std::string{"\"a"}, std::string{"  a: b\nc: d"}, std::string{"a: b\n\tc: d"},
                                  std::string{"services: x"}, std::string{"services:\n- a"}, deep}) {
    Remarks remarks;
    CHECK(read_compose("c", text, &remarks).empty());
  }
}

}  // namespace
}  // namespace junctor::stock
