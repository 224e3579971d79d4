import { publicRoutes } from '../public/public-routes.ts';
import { analyticsRoutes } from '../v1/analytics-routes.ts';
import { contentRoutes } from '../v1/content-routes.ts';
import { insightRoutes } from '../v1/insight-routes.ts';
import { personPartRoutes } from '../v1/person-part-routes.ts';
import { personRoutes } from '../v1/person-routes.ts';
import { tokenRoutes } from '../v1/token-routes.ts';
import { contactRoutes } from '../v2/contact-routes.ts';
import { listRoutes } from '../v2/list-routes.ts';
import { messagingRoutes } from '../v2/messaging-routes.ts';
import { v2TokenRoutes } from '../v2/token-routes.ts';
import type { Route } from './route.ts';

/**
 * Everything that is known of rasa.io's API. The router serves it in this order, so that `/deleted` comes
 * before `/:id`; the documentation lists it, and a test calls each route.
 */
export const routes: readonly Route[] = [
  ...tokenRoutes,
  ...personRoutes,
  ...personPartRoutes,
  ...contentRoutes,
  ...analyticsRoutes,
  ...insightRoutes,
  ...v2TokenRoutes,
  ...contactRoutes,
  ...listRoutes,
  ...messagingRoutes,
  ...publicRoutes,
];
