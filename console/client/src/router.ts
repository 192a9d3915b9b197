import { createRouter, createWebHistory } from "vue-router";

export const router = createRouter({
  history: createWebHistory("/console/"),
  scrollBehavior: (to, from, kept) => kept ?? (to.path === from.path ? false : { top: 0 }),
  routes: [
    { path: "/", component: () => import("@/pages/overview/Overview.vue") },
    { path: "/rooms", component: () => import("@/pages/rooms/Rooms.vue") },
    { path: "/rooms/:room", component: () => import("@/pages/rooms/Room.vue") },
    { path: "/live/:channel", component: () => import("@/pages/live/Live.vue") },
    { path: "/people", component: () => import("@/pages/people/People.vue") },
    { path: "/people/:user", component: () => import("@/pages/people/PersonPage.vue") },
    { path: "/review", component: () => import("@/pages/review/Review.vue") },
    { path: "/words", component: () => import("@/pages/words/Words.vue") },
    { path: "/broadcasts", component: () => import("@/pages/broadcasts/Broadcasts.vue") },
    { path: "/guard", component: () => import("@/pages/guard/Guard.vue") },
    { path: "/search", component: () => import("@/pages/search/Search.vue") },
    { path: "/analytics", component: () => import("@/pages/analytics/Analytics.vue") },
    { path: "/audit", component: () => import("@/pages/audit/Audit.vue") },
    { path: "/wechat", component: () => import("@/pages/wechat/Accounts.vue") },
    { path: "/wechat/:appid/:tab?", component: () => import("@/pages/wechat/AccountPage.vue"), meta: { key: "account" } },
    { path: "/staff", component: () => import("@/pages/staff/Staff.vue") },
    { path: "/settings/:tab?", component: () => import("@/pages/settings/Settings.vue"), meta: { key: "settings" } },
    { path: "/:rest(.*)*", component: () => import("@/pages/NotFound.vue") },
  ],
});

/** A new version was put in place while this page was open: its pieces have other names now. */
router.onError((_wrong, to) => {
  if (sessionStorage.getItem("teahouse.reloaded") === to.fullPath) return;
  sessionStorage.setItem("teahouse.reloaded", to.fullPath);
  location.assign(router.resolve(to.fullPath).href);
});
