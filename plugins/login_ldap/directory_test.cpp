// SPDX-License-Identifier: Apache-2.0
// Against a real slapd.
#include "directory.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>

#include "slapd.hpp"

namespace junctor::login_ldap {
namespace {

using Verdict = Directory::Verdict;
using namespace std::chrono_literals;

TEST_CASE("a right password gives the person, by name and by mail address where that is set") {
  DirectorySettings settings = slapd().settings();
  settings.user_attributes = {"uid", "mail"};
  const Directory directory{settings};
  const auto found = directory.check("ada", "secret of Ada");
  CHECK(found.verdict == Verdict::kRight);
  CHECK(found.person.issuer == "ldap:test");
  CHECK(found.person.subject.size() == 36);
  CHECK(found.person.name == "ada");
  CHECK(found.person.email == "Ada@example.org");
  CHECK(found.person.display_name == "Ada");
  CHECK(found.person.mail_verified);
  CHECK_FALSE(found.person.disabled);
  const auto again = directory.check("ada@EXAMPLE.org", "secret of Ada");
  CHECK(again.verdict == Verdict::kRight);
  CHECK(again.person.subject == found.person.subject);
  CHECK(again.person.name == "ada");
}

TEST_CASE("a wrong password, an empty one and nobody") {
  const Directory directory{slapd().settings()};
  CHECK(directory.check("ada", "secret of Bob").verdict == Verdict::kWrong);
  // A directory takes a bind without a password for an anonymous one, and says yes.
  CHECK(directory.check("ada", "").verdict == Verdict::kWrong);
  CHECK(directory.check("ada", std::string{"secret of Ada\0", 14}).verdict == Verdict::kWrong);
  CHECK(directory.check("nobody", "secret of Ada").verdict == Verdict::kUnknown);
  CHECK(directory.check("", "secret of Ada").verdict == Verdict::kUnknown);
}

TEST_CASE("a name that would be a filter is a name") {
  const Directory directory{slapd().settings()};
  for (const char* name : {"*", "a*", "ada)(uid=*", "*)(uid=ada", "ada)(objectClass=*))(&(uid=x", "\\61da", "ada\\00",
                           "ada)", "(", "o(dd)*"}) {
    CAPTURE(name);
    CHECK(directory.check(name, "secret of Ada").verdict == Verdict::kUnknown);
  }
  CHECK(directory.check("o(dd)*\\name", "secret of Odd").verdict == Verdict::kRight);
}

TEST_CASE("a name that two entries have lets nobody in, and the log says why") {
  const auto found = Directory{slapd().settings()}.check("twin", "secret of Twin1");
  CHECK(found.verdict == Verdict::kWrong);
  CHECK(found.hint.find("several entries fit") != std::string::npos);
}

TEST_CASE("the filter says who may be asked for, and the scope where") {
  DirectorySettings settings = slapd().settings();
  settings.filter = "(cn=Bob)";
  CHECK(Directory{settings}.check("ada", "secret of Ada").verdict == Verdict::kUnknown);
  settings = slapd().settings();
  settings.base = "dc=example,dc=org";
  settings.scope = Connection::Scope::kOne;
  CHECK(Directory{settings}.check("ada", "secret of Ada").verdict == Verdict::kUnknown);
  settings.scope = Connection::Scope::kSub;
  CHECK(Directory{settings}.check("ada", "secret of Ada").verdict == Verdict::kRight);
}

TEST_CASE("TLS at once and by StartTLS, and nothing without a certificate that is vouched for") {
  for (const std::string& url : {slapd().plain(), slapd().tls()}) {
    CAPTURE(url);
    DirectorySettings settings = slapd().settings();
    settings.server.urls = {url};
    CHECK(Directory{settings}.check("ada", "secret of Ada").verdict == Verdict::kRight);
    settings.server.ca_file.clear();
    CHECK_THROWS_AS(Directory{settings}.check("ada", "secret of Ada"), Unavailable);
    settings.server.verify = false;
    CHECK(Directory{settings}.check("ada", "secret of Ada").verdict == Verdict::kRight);
    // The right certificate of another name.
    settings.server.verify = true;
    settings.server.ca_file = slapd().certificate;
    settings.server.urls = {std::string{url}.replace(url.find("127.0.0.1"), 9, "localhost")};
    CHECK_THROWS_AS(Directory{settings}.check("ada", "secret of Ada"), Unavailable);
  }
}

TEST_CASE("groups are walked upwards, and a circle of them ends") {
  DirectorySettings settings = slapd().settings();
  settings.rules = LoginRules{{{"staff -> group Staff", "cn=all,ou=groups,dc=example,dc=org -> role Everybody",
                                "DEVS -> administrator", "guests -> deny"},
                               LoginRules::Unmapped::kDeny,
                               {},
                               {}}};
  const Directory directory{settings};
  const auto ada = directory.check("ada", "secret of Ada");
  const std::set<std::string> names{ada.group_names.begin(), ada.group_names.end()};
  CHECK(names == std::set<std::string>{"devs", "staff", "all", "cn=devs,ou=groups,dc=example,dc=org",
                                       "cn=staff,ou=groups,dc=example,dc=org", "cn=all,ou=groups,dc=example,dc=org"});
  CHECK(ada.person.groups == std::vector<std::string>{"Staff"});
  CHECK(ada.person.roles == std::vector<std::string>{"Everybody"});
  CHECK(ada.person.admin);
  CHECK(ada.person.refused.empty());
  CHECK(directory.check("eve", "secret of Eve").person.refused.find("may not log in") != std::string::npos);
  CHECK(directory.check("bob", "secret of Bob").person.refused == "None of your groups may log in here");
}

TEST_CASE("a required group is required") {
  DirectorySettings settings = slapd().settings();
  settings.rules = LoginRules{{{}, LoginRules::Unmapped::kKeep, {}, {"staff"}}};
  const Directory directory{settings};
  CHECK(directory.check("ada", "secret of Ada").person.refused.empty());
  CHECK_FALSE(directory.check("bob", "secret of Bob").person.refused.empty());
}

TEST_CASE("who is still there is told of those who were asked for alone") {
  const Directory directory{slapd().settings()};
  const std::string ada = directory.look_up("ada").person.subject;
  const std::string bob = directory.look_up("bob").person.subject;
  const auto persons = directory.persons({ada, bob, "00000000-0000-0000-0000-000000000000", "*"});
  std::set<std::string> names;
  for (const LoginPerson& one : persons) names.insert(one.name);
  CHECK(names == std::set<std::string>{"ada", "bob"});
}

TEST_CASE("a wrong account of ours is said as such, and never taken for a wrong password") {
  DirectorySettings settings = slapd().settings();
  settings.server.bind_password = "wrong";
  CHECK_THROWS_WITH_AS(Directory{settings}.check("ada", "secret of Ada"),
                       doctest::Contains("bind_dn or bind_password is wrong"), Unavailable);
}

TEST_CASE("a directory that dies is told, another takes its place, and it comes back") {
  Slapd mortal;
  DirectorySettings settings = mortal.settings();
  const Directory directory{settings};
  CHECK(directory.check("ada", "secret of Ada").verdict == Verdict::kRight);
  mortal.kill();
  CHECK_THROWS_AS(directory.check("ada", "secret of Ada"), Unavailable);
  settings.server.urls = {mortal.plain(), slapd().tls()};
  settings.server.verify = false;
  CHECK(Directory{settings}.check("ada", "secret of Ada").verdict == Verdict::kRight);
  mortal.start();
  CHECK(directory.check("ada", "secret of Ada").verdict == Verdict::kRight);
}

/// Takes connections and says nothing.
class Silent {
 public:
  Silent() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(fd_, 16) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = std::to_string(ntohs(address.sin_port));
  }
  ~Silent() { ::close(fd_); }
  std::string port;

 private:
  const int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

TEST_CASE("a server that says nothing costs no more time than it was given") {
  const Silent silent;
  for (const bool start_tls : {false, true}) {
    for (const char* scheme : {"ldap://127.0.0.1:", "ldaps://127.0.0.1:"}) {
      CAPTURE(start_tls);
      CAPTURE(scheme);
      DirectorySettings settings = slapd().settings();
      settings.server.urls = {scheme + silent.port};
      settings.server.start_tls = start_tls;
      settings.server.timeout = 200ms;
      const auto begun = Clock::now();
      CHECK_THROWS_AS(Directory{settings}.check("ada", "secret of Ada"), Unavailable);
      CHECK(Clock::now() - begun < testing::kPatience);
    }
  }
}

}  // namespace
}  // namespace junctor::login_ldap
