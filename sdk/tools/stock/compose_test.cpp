// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tools/stock/compose_text.hpp"
#include "tools/stock/start.hpp"
#include "tools/stock/test_site.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;
using Words = std::vector<std::string>;

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
  REQUIRE(starts[1].files.size() == 1);
  CHECK(starts[1].files[0].path == "relay.env");
  const std::string odd = remarks_of(remarks, Kind::kNotUnderstood);
  CHECK_FALSE(has(odd, "TZ"));
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

Start only(const char* text, Remarks* remarks) {
  const auto starts = read_compose("c", text, remarks);
  REQUIRE(starts.size() == 1);
  return starts[0];
}

TEST_CASE("anchors, merged maps, folded and literal text, braces and lists over lines are read") {
  const char* texts[] = {
      "x-env: &env\n  KEY: _\n  ALWAYS_USE_RELAY: Y\nservices:\n  id:\n    command: hbbs -r a\n    environment: *env\n",
      "x-env: &env {KEY: a, ALWAYS_USE_RELAY: Y}\nservices:\n  id:\n    command: hbbs -r a\n    environment:\n"
      "      <<: *env\n      KEY: _\n",
      "x-id: &id\n  command: hbbs -r a\n  environment: [KEY=_, ALWAYS_USE_RELAY=Y]\nservices:\n  id:\n    <<: [*id]\n",
      "services:\n  id:\n    command: >-\n      hbbs\n      -r a\n    environment: {KEY: _,\n      ALWAYS_USE_RELAY: "
      "'Y'}\n",
      "services:\n  id:\n    command: |\n      hbbs -r\n      a\n    environment:\n      - KEY=_\n      - >-\n"
      "        ALWAYS_USE_RELAY=Y\n",
      "services:\n  id:\n    command: hbbs\n      -r a\n    environment:\n    - KEY=_\n    - ALWAYS_USE_RELAY=Y\n",
      "services: {id: {command: [hbbs,\n  -r, a], environment: {KEY: _, ALWAYS_USE_RELAY: Y}}}\n"};
  for (const char* text : texts) {
    CAPTURE(text);
    Remarks remarks;
    const Start start = only(text, &remarks);
    CHECK(remarks.empty());
    CHECK(start.args == Words{"-r", "a"});
    const Values values = values_of(start.program, start.environment, &remarks);
    REQUIRE(values.size() == 2);
    CHECK(values.at(Id::kKey).value == "_");
    CHECK(values.at(Id::kAlwaysUseRelay).value == "Y");
  }
}

TEST_CASE("what cannot be told is named with its line") {
  const std::pair<const char*, const char*> rows[] = {
      {"services:\n  id:\n    command: hbbs -k _\n    sysctls:\n      a: 1\n", "c:5: \"sysctls\" of service id"},
      {"services:\n  id:\n    command: hbbs -k _\n    extends: other\n", "c:4: \"extends\""},
      {"services:\n  id:\n    command: hbbs -k _\ninclude: [b.yml]\n", "c:4: \"include\""},
      {"services:\n  id:\n    command: hbbs -k _\n    environment: [KEY]\n", "c:4: KEY is taken from the shell"},
      {"services:\n  id:\n    command: hbbs -k _\n    environment:\n      KEY:\n", "KEY is taken from the shell"},
      {"services:\n  id:\n    command: hbbs -k _\n    environment:\n      KEY: [a]\n", "c:5: expected a text"},
      {"services:\n  id:\n    command: hbbs -r ${HOST}\n", "c:3: \"hbbs -r ${HOST}\" has a variable"},
      {"services:\n  id:\n    command: sh -c 'hbbs -k _'\n", "service id: what it starts cannot be told"},
      {"services:\n  id:\n    image: rustdesk/rustdesk-server\n", "service id: what it starts cannot be told"},
      {"services:\n  id:\n    image: someone/rustdesk-api\n", "service id: what it starts cannot be told"},
      {"services:\n  id:\n    image: nginx\n", "c:1: no service whose command is hbbs or hbbr"},
      {"services:\n  id:\n   x\n  - y", "c:4: no YAML"},
      {"services:\n  id: *nobody\n", "c:2: no YAML"},
  };
  for (const auto& row : rows) {
    const auto& text = row.first;
    const auto& named = row.second;
    CAPTURE(text);
    Remarks remarks;
    read_compose("c", text, &remarks);
    CHECK(has(remarks_of(remarks, Kind::kNotUnderstood), named));
  }
}

TEST_CASE("an image with only its name changed is both servers, with its variables and its secrets' files") {
  for (const char* image : {"image: rustdesk/rustdesk-server-s6:latest", "image: junctor"}) {
    const std::string text =
        std::string{"secrets:\n  key_pub: {file: ./pub}\n  priv: {file: ./priv}\nservices:\n  rd:\n    "} + image +
        "\n    environment: [RELAY=rd.example.org, ENCRYPTED_ONLY=1]\n    secrets:\n"
        "      - key_pub\n      - {source: priv, target: key_priv}\n"
        "    volumes: [ ./data:/data ]\n";
    Remarks remarks;
    const auto starts = read_compose("c", text, &remarks);
    CHECK(remarks_of(remarks, Kind::kNotUnderstood).empty());
    REQUIRE(starts.size() == 2);
    CHECK(starts[0].program == Program::kHbbs);
    CHECK(starts[1].program == Program::kHbbr);
    for (const Start& start : starts) {
      CHECK(start.started_by == StartedBy::kImage);
      CHECK(start.directory == "./data");
      REQUIRE(start.files.size() == 2);
      CHECK(start.files[0].name == "KEY_PUB");
      CHECK(start.files[1].name == "KEY_PRIV");
      CHECK(start.files[1].path == "./priv");
    }
  }
  Remarks remarks;
  read_compose("c",
               "secrets:\n  key_priv: {external: true}\nservices:\n  rd:\n    image: a/rustdesk-server-s6\n"
               "    secrets: [key_priv]\n",
               &remarks);
  CHECK(has(remarks_of(remarks, Kind::kNotUnderstood), "secret key_priv is not in a file"));
}

TEST_CASE("the long forms of ports, volumes and files are read as the short ones") {
  Remarks remarks;
  const Start start = only(
      "services:\n  id:\n    command: hbbs\n    env_file:\n      - a.env\n      - {path: b.env, required: false}\n"
      "    volumes:\n      - {type: bind, source: ./data, target: /root}\n    ports:\n"
      "      - {target: 21116, published: 21116}\n      - {target: 21115, published: 22115}\n      - 21118\n"
      "      - 127.0.0.1:21119:21119\n",
      &remarks);
  REQUIRE(start.files.size() == 2);
  CHECK_FALSE(start.files[0].optional);
  CHECK(start.files[1].path == "b.env");
  CHECK(start.files[1].optional);
  CHECK_FALSE(start.files_hold_before);
  CHECK(start.directory == "./data");
  const std::string warned = remarks_of(remarks, Kind::kWarning);
  CHECK(has(warned, "c:11: "));
  CHECK(has(warned, "c:13: 127.0.0.1:21119:21119"));
  CHECK_FALSE(has(warned, "c:10: "));
  CHECK_FALSE(has(warned, "c:12: "));
}

TEST_CASE("any text at all is read to its end") {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  const std::string brackets(100'000, '[');
  for (const std::string& text :
       {std::string{}, std::string{":"}, std::string{"- - -"}, std::string{"a: [\"b"}, std::string{"\"a"},
        std::string{"  a: b\nc: d"}, std::string{"a: b\n\tc: d"}, std::string{"services: x"},
        std::string{"services:\n- a"}, std::string{"services: &s\n  a: &a\n    <<: *a\n    <<: *s\n"},
        std::string{"services: {a: {command: {b: c}}}"}, std::string{"? [a]\n: b\n"}, deep, brackets}) {
    Remarks remarks;
    CHECK(read_compose("c", text, &remarks).empty());
  }
}

}  // namespace
}  // namespace junctor::stock
