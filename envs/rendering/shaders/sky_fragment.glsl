// The colour of the sky: the counterpart of `shade_sky` in shade.py; or a star, which is added to
// it.  View axes; `sky[n]` holds numbers 4 n to 4 n + 3 of the row that `sky.SKY` describes.

uniform int star;
uniform float distance_seen;        // what depth says of the sky, metres

flat in vec4 sky[10];
flat in float bright;
in vec2 ray;

layout(location = 0) out vec4 colour;
#ifdef NUMBERS
layout(location = 1) out ivec4 numbers;
#endif

vec3 clear_sky() {
    vec3 up = sky[0].xyz, sun = vec3(sky[0].w, sky[1].xy);
    vec3 sun_across = vec3(sky[1].zw, sky[2].x), sun_along = sky[2].yzw;
    vec3 zenith = sky[3].xyz, horizon = vec3(sky[3].w, sky[4].xy);
    vec3 dusk = vec3(sky[4].zw, sky[5].x), sun_colour = vec3(sky[5].zw, sky[6].x);
    float dusk_amount = sky[5].y, sun_size = sky[6].y;
    vec3 look = normalize(vec3(ray, 1.0));
    float height = dot(up, look), towards = dot(sun, look);
    float t = clamp(height * 1.9, 0.0, 1.0);
    t = t * (2.0 - t);
    vec3 paint = mix(horizon, zenith, t);
    if (towards > 0.0)
        paint = mix(paint, dusk, towards * towards * (1.0 - t) * dusk_amount);
    if (abs(towards) > 0.97 && sun_size > 0.0 && height > -0.1) {
        float far = max(abs(dot(sun_across, look)), abs(dot(sun_along, look)));
        float size = sun_size * abs(towards);
        if (towards > 0.0 && far < size)
            paint = sun_colour;
        else if (towards < 0.0 && far < size * 0.7)
            paint = mix(paint, vec3(224.0, 228.0, 238.0), 0.9);
    }
    return paint;
}

void main() {
    if (star == 1) {
        colour = vec4(vec3(bright), 1.0);
    } else {
        bool under_water = sky[8].x > 0.0;
        vec3 paint = under_water ? vec3(sky[7].yzw) : clear_sky();
        colour = vec4(paint * (1.0 / 255.0), 1.0);
    }
#ifdef NUMBERS
    numbers = ivec4(0, floatBitsToInt(distance_seen), 0, 0);
#endif
}
