// SPDX-License-Identifier: Apache-2.0
// Tests of the whole way from texts to a snapshot or to faults, each with its exact place and words.
#include "config/conf_dir.hpp"

#include <doctest/doctest.h>

#include "config/test_schemas.hpp"

using namespace junctor::config;
using junctor::config::testing::plugins;

namespace {

constexpr const char* kFile = "/etc/junctor/conf.d/40-relay.toml";

Checked check_text(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return check({{kFile, text}}, overrides, plugins());
}

// All faults, a line each, without the directory.
std::string faults_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  std::string out;
  for (Fault fault : check_text(text, overrides).faults) {
    if (fault.file == kFile) fault.file = "40";
    out += fault.print() + "\n";
  }
  return out;
}

template <typename T>
T get(const Checked& checked, const char* instance, const char* option) {
  REQUIRE(checked.snapshot);
  const Instance* found = checked.snapshot->find(instance);
  REQUIRE(found);
  const T* value = found->find(option)->value.get<T>();
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("an empty configuration is a kernel with its defaults") {
  Checked checked = check({}, {}, plugins());
  REQUIRE(checked.snapshot);
  CHECK(checked.snapshot->kernel.base_port == 21116);
  CHECK(checked.snapshot->kernel.drain_timeout == 30'000'000'000);
  CHECK(checked.snapshot->kernel.log_level == "info");
  CHECK(checked.snapshot->instances.empty());
}

TEST_CASE("a bare section is a plugin with its defaults") {
  Checked checked = check_text("[relay]\n");
  CHECK(get<Listener>(checked, "relay", "listen").address == Address{"", 21117});
  CHECK(get<int64_t>(checked, "relay", "wait") == 30'000'000'000);
  CHECK(get<int64_t>(checked, "relay", "rate") == 128'000'000);
  CHECK(get<int64_t>(checked, "relay", "buffer") == 65'536);
  CHECK(get<std::string>(checked, "relay", "mode") == "splice");
  CHECK(get<std::vector<Value>>(checked, "relay", "allow").empty());
  const Instance* relay = checked.snapshot->find("relay");
  CHECK(relay->origin.print() == std::string(kFile) + ":1");
  CHECK(relay->find("wait")->origin.print() == "default");
  CHECK_FALSE(relay->find("key")->present);
  CHECK(relay->settings.size() == relay->schema->options.size());
}

TEST_CASE("one number moves every address that says P") {
  Checked checked =
      check_text("[relay]\n[relay-eu]\nplugin = \"relay\"\nlisten = \"[::1]:P-1\"\n", {"kernel.base_port=22116"});
  CHECK(get<Listener>(checked, "relay", "listen").address.port == 22117);
  CHECK(get<Listener>(checked, "relay-eu", "listen").address == Address{"::1", 22115});
  CHECK(checked.snapshot->kernel.base_port == 22116);
  CHECK(checked.snapshot->instances[1].plugin == "relay");
  CHECK(checked.snapshot->kernel_table.find("base_port")->origin.print() == "--set kernel.base_port");
}

TEST_CASE("values of every type are taken") {
  Checked checked = check_text(
      "[relay]\nwait = \"1m\"\nmax_waiting = 7\nmode = \"copy\"\nrate = \"1Gbit\"\nbuffer = 4096\n"
      "allow = [\"10.0.0.0/8\", \"::1\"]\nverbose = true\nkey = \"k\"\n");
  CHECK(get<int64_t>(checked, "relay", "wait") == 60'000'000'000);
  CHECK(get<int64_t>(checked, "relay", "max_waiting") == 7);
  CHECK(get<int64_t>(checked, "relay", "buffer") == 4096);
  CHECK(get<std::vector<Value>>(checked, "relay", "allow").size() == 2);
  CHECK(get<bool>(checked, "relay", "verbose"));
  CHECK(get<std::string>(checked, "relay", "key") == "k");
  CHECK(checked.snapshot->find("relay")->find("rate")->origin.line == 5);
}

TEST_CASE("an unknown option is named with its place and with what was meant") {
  CHECK(faults_of("[relay]\nwait = \"30s\"\n\nmax_wating = 3\n") ==
        "40:4:1: unknown option \"max_wating\" in [relay] (did you mean \"max_waiting\"?)\n");
  CHECK(faults_of("[relay]\n  enabeld = true\n") ==
        "40:2:3: unknown option \"enabeld\" in [relay] (did you mean \"enabled\"?)\n");
  CHECK(faults_of("[relay]\nauht = \"x\"\n") ==
        "40:2:1: unknown option \"auht\" in [relay] (did you mean \"auth\"?)\n");
  CHECK(faults_of("[kernel]\nbase_prot = 3\n") ==
        "40:2:1: unknown option \"base_prot\" in [kernel] (did you mean \"base_port\"?)\n");
  CHECK(faults_of("[relay]\ncolour = 3\n") == "40:2:1: unknown option \"colour\" in [relay]\n");
}

TEST_CASE("a value of a wrong type is refused at its own place") {
  CHECK(
      faults_of("[relay]\nwait = 30\n") ==
      "40:2:8: \"wait\" in [relay]: expected a duration such as \"30s\", \"500ms\" or \"1h30m\", got the integer 30\n");
  CHECK(faults_of("[relay]\nwait = \"30\"\n") ==
        "40:2:8: \"wait\" in [relay]: expected a duration such as \"30s\", \"500ms\" or \"1h30m\", got \"30\"\n");
  CHECK(faults_of("[relay]\nmax_waiting = \"many\"\n") ==
        "40:2:15: \"max_waiting\" in [relay]: expected an integer from 1 to 100000, got the string \"many\"\n");
  CHECK(faults_of("[relay]\nmax_waiting = 1.5\n") ==
        "40:2:15: \"max_waiting\" in [relay]: expected an integer from 1 to 100000, got a floating-point number\n");
  CHECK(faults_of("[relay]\nverbose = \"yes\"\n") ==
        "40:2:11: \"verbose\" in [relay]: expected true or false, got the string \"yes\"\n");
  CHECK(faults_of("[relay]\nmode = \"splcie\"\n") ==
        "40:2:8: \"mode\" in [relay]: expected \"splice\" or \"copy\", got \"splcie\" (did you mean \"splice\"?)\n");
  CHECK(faults_of("[relay]\nrate = \"fast\"\n") ==
        "40:2:8: \"rate\" in [relay]: expected a rate such as \"128Mbit\" or \"1Gbit\", got \"fast\"\n");
  CHECK(faults_of("[relay]\nbuffer = -1\n") ==
        "40:2:10: \"buffer\" in [relay]: expected a size such as \"64KiB\", \"1MB\" or bytes, got the integer -1\n");
  CHECK(faults_of("[relay]\nallow = \"10.0.0.0/8\"\n") ==
        "40:2:9: \"allow\" in [relay]: expected an array, each item a network such as \"10.0.0.0/8\", got the string "
        "\"10.0.0.0/8\"\n");
  CHECK(faults_of("[relay]\nallow = [\"10.0.0.0/8\",\n \"10.0.0.0/33\"]\n") ==
        "40:3:2: \"allow\" in [relay]: expected a network such as \"10.0.0.0/8\", \"2001:db8::/32\" or \"192.0.2.7\", "
        "got "
        "\"10.0.0.0/33\": the prefix is 0 to 32\n");
  CHECK(faults_of("[relay]\nlisten = \"21117\"\n") ==
        "40:2:10: \"listen\" in [relay]: expected an address such as \":21116\", \"host:21116\", \"[::]:21116\" or "
        "\":P+1\", got \"21117\": no port\n");
}

TEST_CASE("a value out of range is refused with the range") {
  CHECK(faults_of("[relay]\nmax_waiting = 0\n") ==
        "40:2:15: \"max_waiting\" in [relay]: 0 is out of range, expected 1 to 100000\n");
  CHECK(faults_of("[relay]\nwait = \"2h\"\n") ==
        "40:2:8: \"wait\" in [relay]: \"2h\" is out of range, expected \"1s\" to \"1h\"\n");
  CHECK(faults_of("[kernel]\nbase_port = 65533\n") ==
        "40:2:13: \"base_port\" in [kernel]: 65533 is out of range, expected 3 to 65532\n");
}

TEST_CASE("a required option that is missing is a fault of its section") {
  CHECK(faults_of("[relay]\n[auth_key]\n") == "40:2:1: required option \"mode\" is missing from [auth_key]\n");
}

TEST_CASE("an unknown section or plugin is named with what was meant") {
  CHECK(faults_of("\n[rely]\n") ==
        "40:2:2: unknown section [rely]: there is no plugin of that name (did you mean \"relay\"?)\n");
  CHECK(faults_of("[kernle]\n") ==
        "40:1:2: unknown section [kernle]: there is no plugin of that name (did you mean \"kernel\"?)\n");
  CHECK(
      faults_of("[relay-eu]\n") ==
      "40:1:2: unknown section [relay-eu]: there is no plugin of that name (a second relay says plugin = \"relay\")\n");
  CHECK(faults_of("[relay-eu]\nplugin = \"realy\"\n") ==
        "40:2:10: unknown plugin \"realy\" in [relay-eu] (did you mean \"relay\"?)\n");
  CHECK(faults_of("[broken]\n") == "40:1:2: [broken] cannot use the plugin \"broken\": no entry symbol\n");
}

TEST_CASE("what is no section is refused, and no odd name reaches the loader") {
  CHECK(faults_of("base_port = 1\n") ==
        "40:1:1: expected a table [base_port], got an integer; options stand under their plugin's or the [kernel] "
        "table\n");
  CHECK(faults_of("[[relay]]\n").find("expected a table [relay], got an array") != std::string::npos);
  CHECK(faults_of("kernel = 1\n") == "40:1:10: expected a table [kernel], got the integer 1\n");
  Plugins strict = plugins();
  strict.schema = [](const std::string& name, std::string*) -> const Schema* {
    FAIL("the loader was asked for " << name);
    return nullptr;
  };
  CHECK(check({{"f", "[\"../../evil\"]\n[x]\nplugin = \"/evil\"\n"}}, {}, strict).faults.size() == 2);
  CHECK(check({{"f", "[Relay]\n[x]\nplugin = 1\n"}}, {}, strict).faults.size() == 2);
}

TEST_CASE("a disabled section is listed, and its plugin is never asked") {
  Checked checked = check_text("[broken]\nenabled = false\nwhatever = 1\n[relay]\n");
  REQUIRE(checked.snapshot);
  REQUIRE(checked.snapshot->instances.size() == 2);
  CHECK_FALSE(checked.snapshot->instances[0].enabled);
  CHECK(checked.snapshot->instances[1].enabled);
  CHECK(faults_of("[relay]\nenabled = 1\n") ==
        "40:2:11: \"enabled\" in [relay]: expected true or false, got the integer 1\n");
}

TEST_CASE("every fault is found, those behind a syntax error in another file too") {
  Checked checked = check({{"1.toml", "[relay]\nwait = 1\nmode = 2\n"},
                           {"2.toml", "[auth_key]\nmode = \n"},
                           {"3.toml", "[holepunch]\nlabl = \"x\"\n"}},
                          {"relay.max_waiting=0"}, plugins());
  CHECK_FALSE(checked.snapshot);
  REQUIRE(checked.faults.size() == 5);
  CHECK(checked.faults[0].print().rfind("2.toml:2:", 0) == 0);
  CHECK(checked.faults[1].print().rfind("1.toml:2:8: ", 0) == 0);
  CHECK(checked.faults[2].print().rfind("1.toml:3:8: ", 0) == 0);
  CHECK(checked.faults[3].print() ==
        "--set relay.max_waiting: \"max_waiting\" in [relay]: 0 is out of range, expected 1 to 100000");
  CHECK(checked.faults[4].print() == "3.toml:2:1: unknown option \"labl\" in [holepunch] (did you mean \"label\"?)");
}

TEST_CASE("a later file overrides single keys and a fault names the file that won") {
  Checked checked =
      check({{"40.toml", "[relay]\nwait = \"10s\"\nmode = \"copy\"\n"}, {"90.toml", "[relay]\nwait = \"20s\"\n"}}, {},
            plugins());
  CHECK(get<int64_t>(checked, "relay", "wait") == 20'000'000'000);
  CHECK(get<std::string>(checked, "relay", "mode") == "copy");
  CHECK(checked.snapshot->find("relay")->find("wait")->origin.print() == "90.toml:2");
  checked = check({{"40.toml", "[relay]\nwait = \"10s\"\n"}, {"90.toml", "[relay]\nwait = 5\n"}}, {}, plugins());
  REQUIRE(checked.faults.size() == 1);
  CHECK(checked.faults[0].file == "90.toml");
}

TEST_CASE("a value on the command line needs no quotes where a string is expected") {
  Checked checked = check_text("[auth_key]\nmode = \"x\"\n[relay]\n",
                               {"auth_key.mode=12345", "relay.wait=90s", "relay.listen=[::1]:P", "relay.verbose=true"});
  CHECK(get<std::string>(checked, "auth_key", "mode") == "12345");
  CHECK(get<int64_t>(checked, "relay", "wait") == 90'000'000'000);
  CHECK(get<Listener>(checked, "relay", "listen").address == Address{"::1", 21116});
}

TEST_CASE("a secret may lie in a file beside the configuration, and is in no message") {
  Checked checked = check_text("[relay]\nkey = { file = \"key.txt\" }\n");
  CHECK(get<std::string>(checked, "relay", "key") == "hush");
  CHECK(faults_of("[relay]\nkey = { file = \"nokey\" }\n") ==
        "40:2:16: \"key\" in [relay]: cannot read the secret from \"/etc/junctor/conf.d/nokey\": No such file or "
        "directory\n");
  CHECK(faults_of("[relay]\nkey = { file = \"/etc/junctor/conf.d/blank\" }\n") ==
        "40:2:16: \"key\" in [relay]: the secret's file \"/etc/junctor/conf.d/blank\" is empty\n");
  CHECK(faults_of("[relay]\nkey = { fiel = \"x\" }\n") ==
        "40:2:7: \"key\" in [relay]: expected a string or { file = \"PATH\" }, got a table of another shape\n");
  CHECK(faults_of("[relay]\nkey = 31337\n") ==
        "40:2:7: \"key\" in [relay]: expected a string or { file = \"PATH\" }, got an integer\n");
}

TEST_CASE("a listener's table has limits and proxies, and the default address where it names none") {
  Checked checked = check_text(
      "[relay]\n[relay.listen]\nmax_connections = 5\nmax_per_source = 2\naccept_rate = 3\nidle_timeout = \"1m\"\n"
      "backlog = 9\nreceive_buffer = \"1MiB\"\nproxy_protocol = true\ntrusted_proxies = [\"10.0.0.0/8\"]\n"
      "handshake_timeout = \"3s\"\nmax_handshakes = 7\n"
      "tls = { certificate = \"c.pem\", key = \"k.pem\", min_version = \"1.3\", expiry_warning = \"30d\" }\n");
  Listener listener = get<Listener>(checked, "relay", "listen");
  CHECK(listener.address.port == 21117);
  CHECK(listener.max_connections == 5);
  CHECK(listener.max_per_source == 2);
  CHECK(listener.accept_rate == 3);
  CHECK(listener.idle_timeout == 60'000'000'000);
  CHECK(listener.backlog == 9);
  CHECK(listener.receive_buffer == 1 << 20);
  CHECK(listener.proxy_protocol);
  CHECK(listener.trusted_proxies.size() == 1);
  CHECK(listener.tls_certificate == "c.pem");
  CHECK(listener.tls_key == "k.pem");
  CHECK(listener.tls_min_version == "1.3");
  CHECK(listener.tls_expiry_warning == 30 * kDay);
  CHECK(listener.handshake_timeout == 3'000'000'000);
  CHECK(listener.max_handshakes == 7);
  const Instance& relay = *checked.snapshot->find("relay");
  CHECK(print_value(*find_option(relay.schema->options, "listen"), relay.find("listen")->value) ==
        "{address = \":21117\", tls = {certificate = \"c.pem\", key = \"k.pem\", min_version = \"1.3\", "
        "expiry_warning = \"30d\"}, proxy_protocol = true, trusted_proxies = [\"10.0.0.0/8\"], "
        "handshake_timeout = \"3s\", max_handshakes = 7, max_connections = 5, max_per_source = 2, accept_rate = 3, "
        "idle_timeout = \"1m\", backlog = 9, receive_buffer = \"1MiB\"}");
}

TEST_CASE("one listener stands for a list of one, and its table limits the first default address") {
  const auto ports = [](const std::string& value) {
    std::vector<int> all;
    const Checked checked = check_text("[auth_key]\nmode = \"x\"\n[holepunch]\nextra = " + value + "\n");
    for (const Value& one : get<std::vector<Value>>(checked, "holepunch", "extra")) {
      const Listener& listener = *one.get<Listener>();
      all.push_back(listener.address.port);
      all.push_back(static_cast<int>(listener.max_per_source));
    }
    return all;
  };
  CHECK(ports("\":9\"") == std::vector<int>{9, 0});
  CHECK(ports("{ max_per_source = 2 }") == std::vector<int>{21119, 2});
  CHECK(ports("[\":9\", { address = \":10\", max_per_source = 2 }]") == std::vector<int>{9, 0, 10, 2});
}

TEST_CASE("a listener's header and handshake are bounded where nothing is said of them, and the bounds have bounds") {
  const Listener plain = get<Listener>(check_text("[relay]\n"), "relay", "listen");
  const Listener table = get<Listener>(check_text("[relay]\nlisten = { tls = { certificate = \"c\", key = \"k\" } }\n"),
                                       "relay", "listen");
  CHECK(table.handshake_timeout == 10'000'000'000);
  CHECK(table.max_handshakes == 1000);
  CHECK(table.tls_min_version == "1.2");
  CHECK(table.tls_expiry_warning == 14 * kDay);
  CHECK(plain.handshake_timeout == table.handshake_timeout);
  CHECK(faults_of("[relay]\nlisten = { handshake_timeout = \"0\" }\n") != "");
  CHECK(faults_of("[relay]\nlisten = { max_handshakes = 0 }\n") != "");
  CHECK(faults_of("[relay]\nlisten = { tls = { certificate = \"c\", key = \"k\", min_version = \"1.1\" } }\n") != "");
}

TEST_CASE("what is wrong inside a listener is told as in any table") {
  CHECK(faults_of("[relay]\nlisten = { adress = \":1\" }\n") ==
        "40:2:12: unknown option \"adress\" in [relay.listen] (did you mean \"address\"?)\n");
  CHECK(faults_of("[relay]\nlisten = { backlog = -1 }\n") ==
        "40:2:22: \"backlog\" in [relay.listen]: -1 is out of range, expected 0 to 1000000\n");
  CHECK(faults_of("[relay]\nlisten = { proxy_protocol = true }\n") ==
        "40:2:10: \"listen\" in [relay]: proxy_protocol needs trusted_proxies: a stranger's word on an address is not "
        "taken\n");
  CHECK(faults_of("[relay]\nlisten = { tls = { certificate = \"c\" } }\n") ==
        "40:2:10: \"listen\" in [relay]: tls: key is missing\n");
  CHECK(faults_of("[relay]\nlisten = { tls = { min_version = \"1.3\" } }\n") ==
        "40:2:10: \"listen\" in [relay]: tls: expected certificate and key, or acme = true\n");
  CHECK(faults_of("[relay]\nlisten = { tls = { acme = true, key = \"k\" } }\n") ==
        "40:2:10: \"listen\" in [relay]: tls: acme = true stands instead of certificate, key and more of them\n");
  CHECK(faults_of("[relay]\nlisten = { tls = { acme = true } }\n") == "");
  CHECK(faults_of("[relay]\nlisten = { tls = true }\n") ==
        "40:2:18: \"listen\" in [relay]: expected a table { certificate, key } or { acme = true } for tls, got true\n");
  CHECK(faults_of("[auth_key]\nmode=\"x\"\n[holepunch]\nextra = [\":1\", { backlog = 1 }]\n") ==
        "40:4:16: \"extra\" in [holepunch]: required option \"address\" is missing\n");
}

TEST_CASE("records are arrays of tables with checked fields") {
  Checked checked = check_text(
      "[holepunch]\n[[holepunch.relay]]\nhost = \"a.example:P+1\"\n[[holepunch.relay]]\nhost = \"b.example:1\"\nweight "
      "= 3\n");
  auto records = get<std::vector<Value>>(checked, "holepunch", "relay");
  REQUIRE(records.size() == 2);
  CHECK(*records[0].get<Record>()->find("host")->value.get<Address>() == Address{"a.example", 21117});
  CHECK(*records[0].get<Record>()->find("weight")->value.get<int64_t>() == 1);
  CHECK(*records[1].get<Record>()->find("weight")->value.get<int64_t>() == 3);
  CHECK(faults_of("[[holepunch.relay]]\nwieght = 1\n") ==
        "40:2:1: unknown option \"wieght\" in [[holepunch.relay]] (did you mean \"weight\"?)\n"
        "40:1:1: required option \"host\" is missing from [[holepunch.relay]]\n");
  CHECK(faults_of("[holepunch]\nrelay = [{ host = \":1\" }, 5]\n") ==
        "40:2:27: \"relay\" in [holepunch]: expected a table, got the integer 5\n");
}

TEST_CASE("a key named as a service says which instance provides it") {
  std::string relays =
      "[relay-eu]\nplugin = \"relay\"\n[auth_key]\nmode = \"x\"\n[off]\nenabled = false\n[holepunch]\n";
  Checked checked = check_text(relays + "relay = \"relay-eu\"\nauth = [\"auth_key\"]\n");
  REQUIRE(checked.snapshot);
  const Instance* punch = checked.snapshot->find("holepunch");
  CHECK(punch->binding("relay")->instances == std::vector<std::string>{"relay-eu"});
  CHECK(punch->binding("auth")->instances == std::vector<std::string>{"auth_key"});
  CHECK(punch->binding("storage") == nullptr);
  CHECK(faults_of(relays + "relay = \"relay-ue\"\n") ==
        "40:8:1: \"relay\" in [holepunch]: there is no instance \"relay-ue\" (did you mean \"relay-eu\"?)\n");
  CHECK(faults_of(relays + "relay = \"auth_key\"\n") ==
        "40:8:1: \"relay\" in [holepunch]: the instance \"auth_key\" does not provide relay\n");
  CHECK(faults_of(relays + "relay = \"off\"\n") ==
        "40:8:1: \"relay\" in [holepunch]: the instance \"off\" is not enabled\n");
  CHECK(faults_of(relays + "auth = 5\n") ==
        "40:8:8: \"auth\" in [holepunch]: expected the name of an instance that provides auth, got the integer 5\n");
}

TEST_CASE("instances stand in file order and the kernel is known before any plugin is asked for") {
  std::vector<std::string> asked;
  uint16_t base_port = 0;
  Plugins watched = plugins();
  watched.kernel_ready = [&](const KernelConfig& kernel) {
    CHECK(asked.empty());
    base_port = kernel.base_port;
  };
  auto schema = watched.schema;
  watched.schema = [&](const std::string& name, std::string* why) {
    asked.push_back(name);
    return schema(name, why);
  };
  Checked checked = check({{"1", "[relay]\n[auth_key]\n"},
                           {"2", "[holepunch]\n[auth_key]\nmode = \"x\"\n"},
                           {"3", "[kernel]\nbase_port = 1000\n"}},
                          {}, watched);
  REQUIRE(checked.snapshot);
  CHECK(base_port == 1000);
  CHECK(asked == std::vector<std::string>{"relay", "auth_key", "holepunch"});
}

TEST_CASE("a faulty base_port does not hide the other faults") {
  std::string faults = faults_of("[kernel]\nbase_port = \"x\"\n[relay]\nwait = 1\n");
  CHECK(faults.find("40:2:13: ") != std::string::npos);
  CHECK(faults.find("40:4:8: ") != std::string::npos);
}
