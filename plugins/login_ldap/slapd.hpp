// SPDX-License-Identifier: Apache-2.0
// For tests: Debian's slapd in a directory of its own, with people, nested groups that end in a circle, and names that
// would be filters. One thread.
#pragma once

#include <doctest/doctest.h>

#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "connection.hpp"
#include "directory.hpp"
#include "support/certificate.hpp"
#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace junctor::login_ldap {

inline constexpr const char* kRootDn = "cn=root,dc=example,dc=org";
inline constexpr const char* kReaderDn = "cn=reader,dc=example,dc=org";
inline constexpr const char* kReaderPassword = "r3ads.for.us";
inline constexpr const char* kPeople = "ou=people,dc=example,dc=org";
inline constexpr const char* kGroupsDn = "ou=groups,dc=example,dc=org";

class Slapd {
 public:
  Slapd() {
    std::signal(SIGPIPE, SIG_IGN);  // as the server has it
    const testing::Certificate pair = testing::make_certificate("127.0.0.1");
    certificate = dir_.write("cert.pem", pair.certificate);
    const std::string key = dir_.write("key.pem", pair.key);
    std::filesystem::create_directory(dir_.file("db"));
    dir_.write("slapd.conf",
               "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n"
               "include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\n"
               "moduleload back_mdb\npidfile " +
                   dir_.file("pid") + "\nTLSCertificateFile " + certificate + "\nTLSCertificateKeyFile " + key +
                   "\ndatabase mdb\nmaxsize 10485760\nsuffix dc=example,dc=org\nrootdn " + kRootDn +
                   "\nrootpw rootpw\ndirectory " + dir_.file("db") +
                   "\naccess to attrs=userPassword by anonymous auth by * none\naccess to * by dn.exact=" + kReaderDn +
                   " read by * none\n");
    dir_.write("people.ldif", people());
    const auto filled =
        testing::run({"/usr/sbin/slapadd", "-f", dir_.file("slapd.conf"), "-l", dir_.file("people.ldif")});
    REQUIRE_MESSAGE(filled.code == 0, filled.err);
    start();
  }

  /// Waits until it answers.
  void start() {
    process_ = std::make_unique<testing::Process>(
        std::vector<std::string>{"/usr/sbin/slapd", "-d", "0", "-f", dir_.file("slapd.conf"), "-h",
                                 plain() + "/ " + tls() + "/"},
        dir_.file("out"), dir_.file("err"));
    ServerSettings anonymous;
    anonymous.start_tls = false;
    const auto end = Clock::now() + testing::kPatience;
    for (;;) {
      try {
        Connection{anonymous, plain(), end}.bind("", "");
        return;
      } catch (const Unavailable& not_yet) {
        REQUIRE_MESSAGE(process_->running(), testing::read_file(dir_.file("err")));
        REQUIRE_MESSAGE(Clock::now() < end, not_yet.what());
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
      }
    }
  }
  void kill() {
    process_->signal(SIGKILL);
    REQUIRE(process_->wait().has_value());
  }
  /// A change by its administrator, as LDIF.
  void modify(const std::string& ldif) {
    const auto done = testing::run({"/usr/bin/ldapmodify", "-x", "-H", plain(), "-D", kRootDn, "-w", "rootpw", "-f",
                                    dir_.write("change.ldif", ldif)});
    REQUIRE_MESSAGE(done.code == 0, done.err);
  }

  std::string plain() const { return "ldap://127.0.0.1:" + std::to_string(ports_.base()); }
  std::string tls() const { return "ldaps://127.0.0.1:" + std::to_string(ports_.base() + 1); }
  DirectorySettings settings() const {
    DirectorySettings made;
    made.server.urls = {plain()};
    made.server.ca_file = certificate;
    made.server.bind_dn = kReaderDn;
    made.server.bind_password = kReaderPassword;
    made.server.timeout = testing::kPatience;
    made.issuer = "ldap:test";
    made.base = kPeople;
    made.filter = "(objectClass=inetOrgPerson)";
    made.group_base = kGroupsDn;
    return made;
  }

  std::string certificate;

 private:
  static std::string person(const std::string& uid, const std::string& cn) {
    return "dn: cn=" + cn + "," + kPeople + "\nobjectClass: inetOrgPerson\ncn: " + cn + "\nsn: " + cn +
           "\nuid: " + uid + "\nmail: " + cn + "@example.org\nuserPassword: secret of " + cn + "\n\n";
  }
  static std::string group(const std::string& name, const std::vector<std::string>& members) {
    std::string text = std::string{"dn: cn="} + name + "," + kGroupsDn + "\nobjectClass: groupOfNames\ncn: " + name;
    for (const std::string& member : members) text += "\nmember: " + member;
    return text + "\n\n";
  }
  static std::string people() {
    const std::string groups = kGroupsDn;
    const std::string persons = kPeople;
    std::string text = "dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\no: x\ndc: example\n\n";
    text += "dn: " + persons + "\nobjectClass: organizationalUnit\nou: people\n\n";
    text += "dn: " + groups + "\nobjectClass: organizationalUnit\nou: groups\n\n";
    text += std::string{"dn: "} + kReaderDn +
            "\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: " +
            kReaderPassword + "\n\n";
    text += person("ada", "Ada") + person("bob", "Bob") + person("eve", "Eve") + person("twin", "Twin1") +
            person("twin", "Twin2") + person("o(dd)*\\name", "Odd");
    // Ada: devs, in staff, in all, which is in staff again.
    text += group("devs", {"cn=Ada," + persons});
    text += group("staff", {"cn=devs," + groups, "cn=all," + groups});
    text += group("all", {"cn=staff," + groups});
    text += group("guests", {"cn=Eve," + persons});
    return text;
  }

  testing::TempDir dir_;
  testing::PortBlock ports_;
  std::unique_ptr<testing::Process> process_;
};

/// One for all tests of the program.
inline Slapd& slapd() {
  static Slapd one;
  return one;
}

}  // namespace junctor::login_ldap
