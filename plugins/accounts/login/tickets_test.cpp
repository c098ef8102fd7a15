// SPDX-License-Identifier: Apache-2.0
#include "accounts/login/tickets.hpp"

#include <doctest/doctest.h>

namespace junctor::accounts {
namespace {

TEST_CASE("a ticket is its device's, for some minutes and tries") {
  LoginTickets tickets{TicketLimits{}};
  const std::string secret = tickets.open({7, "uuid", {}}, 1000);
  CHECK_FALSE(tickets.attempt("another", "uuid", 1000));
  CHECK_FALSE(tickets.attempt(secret, "another", 1000));
  for (int i = 0; i < 5; ++i) CHECK(tickets.attempt(secret, "uuid", 1000 + i)->user == 7);
  CHECK_FALSE(tickets.attempt(secret, "uuid", 1010));

  const std::string late = tickets.open({7, "uuid", {}}, 1000);
  CHECK(tickets.attempt(late, "uuid", 1299));
  CHECK_FALSE(tickets.attempt(late, "uuid", 1300));
}

TEST_CASE("tickets end with their log-in, and all of a user's when he is thrown out") {
  LoginTickets tickets{TicketLimits{}};
  const std::string one = tickets.open({7, "a", {}}, 1000), two = tickets.open({7, "b", {}}, 1000),
                    other = tickets.open({8, "c", {}}, 1000);
  tickets.close(one);
  CHECK_FALSE(tickets.attempt(one, "a", 1000));
  tickets.close_all(7);
  CHECK_FALSE(tickets.attempt(two, "b", 1000));
  CHECK(tickets.attempt(other, "c", 1000));
}

TEST_CASE("open tickets are bounded") {
  TicketLimits limits;
  limits.open = 3;
  LoginTickets tickets{limits};
  const std::string first = tickets.open({1, "a", {}}, 1000);
  for (int i = 1; i < 5; ++i) tickets.open({1, "a", {}}, 1000 + i);
  CHECK_FALSE(tickets.attempt(first, "a", 1001));
}

}  // namespace
}  // namespace junctor::accounts
