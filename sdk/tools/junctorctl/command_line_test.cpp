// SPDX-License-Identifier: Apache-2.0
#include "tools/junctorctl/command_line.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tools/junctorctl/control_client.hpp"

using namespace junctor::tools;

TEST_CASE("options stand before the command and all behind it is the command's") {
  const CommandLine line = parse_command_line({"--socket", "/run/j.sock", "--json", "peers", "123", "--all"});
  CHECK(line.socket == "/run/j.sock");
  CHECK(line.json);
  CHECK(line.command == "peers");
  CHECK(line.args == std::vector<std::string>{"123", "--all"});
}

TEST_CASE("--json is understood behind the command too") {
  const CommandLine line = parse_command_line({"status", "--json"});
  CHECK(line.json);
  CHECK(line.args.empty());
}

TEST_CASE("a data directory names the socket in it") {
  CHECK(parse_command_line({"--data=/srv/j", "status"}).socket == "/srv/j/junctord.sock");
  CHECK(parse_command_line({"--data", "/srv/j/", "status"}).socket == "/srv/j/junctord.sock");
}

TEST_CASE("an unknown option and one without its value are wrong usage") {
  CHECK_THROWS_AS(parse_command_line({"--sockets", "x", "status"}), UsageError);
  CHECK_THROWS_AS(parse_command_line({"--socket"}), UsageError);
}

TEST_CASE("without a command there is none") {
  CHECK(parse_command_line({}).command.empty());
  CHECK(parse_command_line({"--version"}).version);
  CHECK(parse_command_line({"-h"}).help);
}

TEST_CASE("an invitation takes one host and two options") {
  const auto [invite, qr] = parse_invite({"rd.example.org", "--relay", "r.example.org", "--api=https://a"});
  CHECK_FALSE(qr);
  CHECK(parse_invite({"--qr", "rd.example.org"}).qr);
  CHECK(invite.host == "rd.example.org");
  CHECK(invite.relay == "r.example.org");
  CHECK(invite.api == "https://a");
  CHECK(parse_invite({"--qr"}).invite.host.empty());
  CHECK_THROWS_AS(parse_invite({"a", "b"}), UsageError);
  CHECK_THROWS_AS(parse_invite({"a", "--key", "x"}), UsageError);
}

TEST_CASE("backup takes a directory, and where the configuration is") {
  CHECK(parse_backup({"/b", "--config", "/c"}).to == "/b");
  CHECK(parse_backup({"/b", "--config", "/c"}).config == "/c");
  CHECK(parse_backup({"/b"}).config.empty());
  CHECK_THROWS_AS(parse_backup({}), UsageError);
  CHECK_THROWS_AS(parse_backup({"/a", "/b"}), UsageError);
}

TEST_CASE("the socket beside the program is the default where it is there") {
  std::string dir = "/tmp/junctorctl_XXXXXX";
  REQUIRE(::mkdtemp(dir.data()) != nullptr);
  std::filesystem::create_directories(dir + "/var/lib/junctor");
  std::ofstream{dir + "/var/lib/junctor/junctord.sock"} << "";
  CHECK(default_socket(dir + "/bin/junctorctl") == dir + "/var/lib/junctor/junctord.sock");
  std::filesystem::remove_all(dir);
}

TEST_CASE("junctorctl of /usr looks into /var") {
  CHECK(default_socket("/usr/bin/junctorctl") == "/var/lib/junctor/junctord.sock");
}

TEST_CASE("a request is one line of JSON whatever the words hold") {
  CHECK(request_line("peers", {"a\"b", "c\nd"}) == "{\"command\":\"peers\",\"args\":[\"a\\\"b\",\"c\\nd\"]}\n");
  CHECK(request_line("status", {}) == "{\"command\":\"status\",\"args\":[]}\n");
}

TEST_CASE("a refusal carries the server's own text, from the socket and from a plugin") {
  CHECK_THROWS_WITH_AS(result_of(R"({"ok":false,"error":"unknown command"})"), "unknown command", ControlError);
  CHECK_THROWS_WITH_AS(result_of(R"({"ok":false,"result":{"error":"no such peer"}})"), "no such peer", ControlError);
  CHECK_THROWS_AS(result_of(R"({"ok":false})"), ControlError);
  CHECK_THROWS_AS(result_of("HTTP/1.1 400 Bad Request"), ControlError);
  CHECK_THROWS_AS(result_of("[]"), ControlError);
}

TEST_CASE("a socket that is not there is named, with what to do") {
  try {
    const ControlClient client{"/nowhere/j.sock"};
    FAIL("connected");
  } catch (const ControlError& error) {
    const std::string text = error.what();
    CHECK(text.find("/nowhere/j.sock") != std::string::npos);
    CHECK(text.find("--data DIR") != std::string::npos);
  }
}

TEST_CASE("doctor takes one host, a key that is one, and a relay") {
  const std::string key = "OeVuKk5nlHiXp+APNn0Y3pC1Iwpwn44JGqrQCsWqmBw=";
  const auto question = parse_doctor({"rd.example.org:22116", "--key", key, "--relay=r.example.org"});
  REQUIRE(question.target);
  const doctor::Target& target = *question.target;
  CHECK(target.server.host == "rd.example.org");
  CHECK(target.server.port == 22116);
  CHECK(target.key == key);
  CHECK(target.public_key);
  CHECK(target.relay == "r.example.org");
  CHECK_FALSE(parse_doctor({"::1"}).target->public_key);
  CHECK_THROWS_AS(parse_doctor({"a", "b"}), UsageError);
  CHECK_THROWS_AS(parse_doctor({"http://a"}), UsageError);
  CHECK_THROWS_AS(parse_doctor({"a", "--key", "short"}), UsageError);
  CHECK_THROWS_AS(parse_doctor({"a", "--relay", "r:x"}), UsageError);
}

TEST_CASE("without a host doctor is for the server here, and takes its configuration alone") {
  CHECK_FALSE(parse_doctor({}).target);
  CHECK(parse_doctor({"--config", "/c"}).config == "/c");
  CHECK_THROWS_AS(parse_doctor({"--key", "k"}), UsageError);
  CHECK_THROWS_AS(parse_doctor({"a", "--config", "/c"}), UsageError);
}

TEST_CASE("a host gets the site's port where it has none of its own") {
  CHECK(host_with_port("rd.example.org", "31116") == "rd.example.org:31116");
  CHECK(host_with_port("192.0.2.7", "31116") == "192.0.2.7:31116");
  CHECK(host_with_port("2001:db8::1", "31116") == "[2001:db8::1]:31116");
  CHECK(host_with_port("[2001:db8::1]", "31116") == "[2001:db8::1]:31116");
  CHECK(host_with_port("rd.example.org:7", "31116") == "rd.example.org:7");
  CHECK(host_with_port("[2001:db8::1]:7", "31116") == "[2001:db8::1]:7");
}
